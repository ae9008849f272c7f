#include "sim/simgrid_compat.hpp"

#include <cstdlib>
#include <string_view>

namespace poolcast::sim::compat {

void configure(simgrid::s4u::Engine& /*engine: settings exist only after it*/) {
  const char* variable = std::getenv("POOLCAST_SIMGRID_CFG");  // NOLINT(concurrency-mt-unsafe): one thread per engine
  std::string_view rest = variable == nullptr ? "" : variable;
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of(", ");
    const std::string_view item = rest.substr(0, end);
    if (!item.empty()) simgrid::s4u::Engine::set_config(std::string{item});
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
}

}  // namespace poolcast::sim::compat
