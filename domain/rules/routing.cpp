#include "domain/rules/routing.hpp"

namespace poolcast::rules {

std::optional<std::size_t> next_server(const std::vector<bool>& accepts, std::size_t& turn) {
  for (std::size_t step = 0; step < accepts.size(); ++step) {
    const std::size_t server = (turn + step) % accepts.size();
    if (!accepts[server]) continue;
    turn = server + 1;
    return server;
  }
  return std::nullopt;
}

}  // namespace poolcast::rules
