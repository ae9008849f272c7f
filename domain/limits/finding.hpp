// The documented rules of a product, applied to a scenario.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/describe.hpp"
#include "domain/scenario.hpp"

namespace poolcast::limits {

enum class Severity { error, warning, note };

}  // namespace poolcast::limits

template <>
struct poolcast::EnumNames<poolcast::limits::Severity> {
  static constexpr std::array<std::string_view, 3> names{"error", "warning", "note"};
};

namespace poolcast::limits {

// What a rule found in one scenario, in the planner's own numbers.
struct Finding {
  std::string rule;  // PC-USERS-N1
  Severity severity{};
  std::string key;       // where: topology.databases[0].mode; empty when the scenario as a whole
  std::string sentence;  // "20,000 users of chat-2 make 26,667 on each survivor, 6,667 above the documented 20,000."
};

// One documented rule, limit, forbidden or discouraged configuration, or contradiction between sources.
struct Rule {
  std::string_view id;
  Severity severity{};
  std::string_view versions;    // "Skype for Business Server 2015", "Lync Server 2013", or both
  std::string_view rule;        // the rule in one sentence
  std::string_view derivation;  // how it follows, with the arithmetic; may be empty
  std::string_view source;      // title of the page, and its path or id
};

// Rules of the scenario's product, in the order in which they are listed. An unknown product throws std::invalid_argument
// that names the known ones.
const std::vector<Rule>& rules(std::string_view product);
const Rule* find_rule(std::string_view product, std::string_view id);
std::vector<std::string_view> products();

// All findings, errors first, then in the order of the rules.
std::vector<Finding> check(const Scenario& scenario);
bool refused(const std::vector<Finding>& findings);  // whether there is an error among them

// Markdown: all limits and rules of a product with their sources, as docs/rules.md has them.
std::string rules_page(std::string_view product);

// Rule, derivation and source as text; with a scenario also what it finds there.
std::string explain(const Rule& rule, const Scenario* scenario = nullptr);

}  // namespace poolcast::limits
