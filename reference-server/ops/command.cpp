#include "reference-server/ops/command.hpp"

namespace poolcast::ops {

std::string_view operation_of(Command command) {
  switch (command) {
    case Command::register_user:
    case Command::provision:
    case Command::lookup:
    case Command::sign_in:
    case Command::server_info:
    case Command::associations:
    case Command::batch_join:
    case Command::latest:
    case Command::invitations:
      return "sign_in";
    case Command::join:
    case Command::history:
      return "open_room";
    case Command::search:
      return "search";
    case Command::post:
      return "post";
    case Command::sign_out:
      return "sign_out";
    case Command::connect:
    case Command::part:
    case Command::text_search:
    case Command::preferences:
    case Command::manage:
    case Command::file_token:
    case Command::file_transfer:
    case Command::refresh:
      break;
  }
  return "other";
}

}  // namespace poolcast::ops
