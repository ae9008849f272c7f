// The smoke scenario, to the last bit: the same in every build (debug with sanitizers, release) and after every change that does
// not mean to change the model. To renew it, build the target renew_golden and say in the commit why the numbers moved.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "domain/io/scenario_file.hpp"
#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

// One line per series and window, numbers in hexadecimal so that no bit is rounded away.
std::vector<std::string> rows_of(const ReplicationResult& result) {
  std::vector<std::string> rows;
  for (const Series& each : result.series) {
    const Place& place = each.place;
    std::ostringstream head;
    head << std::hexfloat << row_of(each.metric).name << ' ' << place.pool << ' ' << place.node << ' ' << place.part << ": ";
    for (std::size_t number = 0; number < each.windows.size(); ++number) {
      const Window& window = each.windows[number];
      std::ostringstream row;
      row << std::hexfloat << head.str() << number << ' ' << window.count << ' ' << window.mean << ' ' << window.max << ' '
          << window.histogram.quantile(0.95);
      rows.push_back(row.str());
    }
    for (std::size_t number = 0; number < each.values.size(); ++number) {
      std::ostringstream row;
      row << std::hexfloat << head.str() << each.value_names[number] << ' ' << each.values[number];
      rows.push_back(row.str());
    }
  }
  return rows;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(Golden, the_smoke_scenario_gives_the_bits_it_gave_before) {
  const std::string path = POOLCAST_GOLDEN "/smoke.txt";
  const auto loaded = io::load_scenario("smoke", {.library = {POOLCAST_SCENARIOS}, .overrides = {}});
  const auto rows = rows_of(play(loaded.scenario));
  if (std::getenv("POOLCAST_RENEW_GOLDEN") != nullptr) {
    std::ofstream file(path);
    for (const std::string& row : rows) file << row << '\n';
  }
  const auto expected = lines_of(path);
  for (std::size_t number = 0; number < std::min(rows.size(), expected.size()); ++number)
    ASSERT_EQ(rows[number], expected[number]) << "first differing row: " << path << ':' << number + 1;
  EXPECT_EQ(rows.size(), expected.size());
}

}  // namespace
}  // namespace poolcast::sim
