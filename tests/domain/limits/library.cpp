#include "tests/domain/limits/library.hpp"

#include "domain/io/scenario_file.hpp"

namespace poolcast::limits::test {
namespace {

io::LoadOptions options(const std::vector<std::string>& overrides) {
  io::LoadOptions options;
  options.library = {std::string(POOLCAST_SOURCE_DIR) + "/scenarios"};
  options.overrides = overrides;
  return options;
}

}  // namespace

Scenario library_scenario(const std::string& name) { return io::load_scenario(name, options({})).scenario; }

Scenario documented(const std::string& workload, const std::vector<std::string>& overrides) {
  const std::string text = "name: " + workload + "\ntopology: enterprise-multiple-server\nworkload: " + workload + "\n";
  return io::read_scenario(text, workload + ".yaml", options(overrides)).scenario;
}

}  // namespace poolcast::limits::test
