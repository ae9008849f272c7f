// What clients ask of the server, as rows and logs call it; where the simulator's model has the same command, the same word.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace poolcast::ops {

enum class Command : std::uint8_t {
  connect,        // TCP and TLS handshake
  register_user,  // REGISTER, challenge included
  provision,      // SUBSCRIBE, SERVICE and what else a client asks before it chats
  lookup,         // requri at the pool's address
  sign_in,        // INVITE of the chat dialog
  server_info,    // getserverinfo
  associations,   // getassociations
  batch_join,     // bjoin
  join,           // join of one room
  part,           // part of one room
  latest,         // bccontext with the latest message
  invitations,    // getinv
  history,        // bccontext, bcbydate, bcbymsg
  search,         // chansrch
  text_search,    // messages by text
  post,           // grpchat
  preferences,    // getpref, setpref
  manage,         // rooms and categories: create, change, disable, roles
  file_token,     // getfutok, getfdtok
  file_transfer,  // one call of the file web service
  refresh,        // UPDATE, REGISTER again, SUBSCRIBE again
  sign_out,       // BYE, REGISTER with Expires: 0
};
inline constexpr std::array<std::string_view, 22> command_names{
    "connect",     "register", "provision",  "lookup",        "sign_in", "server_info", "associations", "batch_join",
    "join",        "part",     "latest",     "invitations",   "history", "search",      "text_search",  "post",
    "preferences", "manage",   "file_token", "file_transfer", "refresh", "sign_out"};
inline constexpr std::size_t command_count = command_names.size();

// The user's operation that a command belongs to, by the simulator's name: what `completions` and `refusals` are counted by.
// "other" for what the model does not know.
std::string_view operation_of(Command command);

}  // namespace poolcast::ops
