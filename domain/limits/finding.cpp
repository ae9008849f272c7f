#include "domain/limits/finding.hpp"

#include <algorithm>

#include "domain/limits/profile.hpp"

namespace poolcast::limits {
namespace {

void append(std::vector<Finding>& findings, const CheckedRule& row, const Scenario& scenario, const Limits& limits) {
  for (Found& found : row.check(scenario, limits)) {
    findings.push_back({std::string(row.rule.id), row.rule.severity, std::move(found.key), std::move(found.sentence)});
  }
}

}  // namespace

const std::vector<Rule>& rules(std::string_view product) { return profile_of(product).listed; }

const Rule* find_rule(std::string_view product, std::string_view id) {
  const std::vector<Rule>& all = rules(product);
  const auto found = std::ranges::find(all, id, &Rule::id);
  return found == all.end() ? nullptr : &*found;
}

std::vector<Finding> check(const Scenario& scenario) {
  const Profile& profile = profile_of(scenario.topology.product);
  std::vector<Finding> findings;
  for (const CheckedRule& row : profile.rules) append(findings, row, scenario, profile.limits);
  std::ranges::stable_sort(findings, {}, &Finding::severity);
  return findings;
}

bool refused(const std::vector<Finding>& findings) {
  return std::ranges::any_of(findings, [](const Finding& finding) { return finding.severity == Severity::error; });
}

std::string explain(const Rule& rule, const Scenario* scenario) {
  std::string text = std::string(rule.id) + " (" + std::string(name_of(rule.severity)) + ")\n";
  const auto paragraph = [&](std::string_view title, std::string_view words) {
    if (!words.empty()) text.append("\n").append(title).append("\n  ").append(words).append("\n");
  };
  paragraph("Rule", rule.rule);
  paragraph("Why", rule.derivation);
  paragraph("Versions", rule.versions);
  paragraph("Source", rule.source);
  if (!scenario) return text;
  text += "\nIn this scenario\n";
  bool any = false;
  for (const Finding& finding : check(*scenario)) {
    if (finding.rule != rule.id) continue;
    any = true;
    text += "  " + finding.sentence + (finding.key.empty() ? "" : "\n  (" + finding.key + ")") + "\n";
  }
  if (!any) text += "  nothing found\n";
  return text;
}

}  // namespace poolcast::limits
