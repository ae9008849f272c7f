// Files of the library with bytes changed, removed, doubled and swapped in: a ConfigError or a scenario, nothing else.
#include <fstream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>

#include "support.hpp"

namespace poolcast::io {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

class Mutator {
public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string mutated(std::string text) {
    for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) change(text);
    return text;
  }

private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void change(std::string& text) {
    static const std::vector<std::string> pieces{"- ", ": ",    "{",    "}",    "[",    "]", "*a", "&a ",   "\n",
                                                 "\t", "  ",    "!!x ", "|\n",  "\"",   "'", "%",  "---\n", "...\n",
                                                 "? ", "1e999", "-",    "null", "\xFF", "é", "#",  ","};
    const std::size_t at = below(text.size());
    switch (below(6)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(20));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), below(60)));
        break;
      case 3:
        text.resize(at);
        break;
      default:
        text.insert(at, pieces[below(pieces.size())]);
        break;
    }
  }

  std::mt19937 random_;
};

void try_mutations_of(const std::string& text, unsigned seed, int times) {
  Mutator mutator(seed);
  int accepted = 0;
  for (int i = 0; i < times; ++i) {
    const std::string changed_text = mutator.mutated(text);
    try {
      const Scenario scenario = read_scenario(changed_text, "mine.yaml", test_options()).scenario;
      ++accepted;
      const std::string printed = print(scenario);
      EXPECT_EQ(read_scenario(printed, "again.yaml", test_options()).scenario, scenario) << changed_text;
    } catch (const ConfigError& error) {
      ASSERT_FALSE(error.problems().empty());
      for (const Problem& problem : error.problems()) ASSERT_FALSE(problem.message.empty());
    }
  }
  EXPECT_LT(accepted, times) << "no mutation hurt: the mutator is broken";
}

TEST(Mutation, a_damaged_scenario_is_an_error_or_a_scenario) {
  try_mutations_of(contents(SCENARIOS "/lose-one-of-four.yaml"), 1, 300);
  try_mutations_of(small_scenario(), 2, 1200);
}

TEST(Mutation, a_damaged_canonical_print_is_an_error_or_a_scenario) {
  try_mutations_of(print(scenario_of(small_scenario())), 3, 600);
}

TEST(Mutation, a_damaged_library_entry_is_an_error_or_a_workload) {
  const Folder folder("damaged");
  const std::string workload = contents(SCENARIOS "/workloads/group-chat-60000.yaml");
  const std::string scenario = "name: x\ntopology: enterprise-multiple-server\nworkload: damaged\n";
  Mutator mutator(4);
  for (int i = 0; i < 600; ++i) {
    folder.write("workloads/damaged.yaml", mutator.mutated(workload));
    try {
      read_scenario(scenario, (folder.path() / "s.yaml").string(), test_options());
    } catch (const ConfigError& error) {
      ASSERT_FALSE(error.problems().empty());
    }
  }
}

TEST(Mutation, a_damaged_override_is_an_error_or_a_change) {
  Mutator mutator(5);
  for (int i = 0; i < 600; ++i) {
    const auto change = mutator.mutated("topology.chat_pools[0].standby=[chat-5, chat-6]");
    try {
      read_scenario(small_scenario(), "mine.yaml", test_options({change}));
    } catch (const ConfigError& error) {
      ASSERT_FALSE(error.problems().empty());
    }
  }
}

}  // namespace
}  // namespace poolcast::io
