// Every rule has a scenario that keeps it and one that breaks it; what is found says where and with the planner's own numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "domain/limits/finding.hpp"
#include "domain/limits/profile.hpp"
#include "tests/domain/limits/base.hpp"

namespace poolcast::limits::test {
namespace {

constexpr std::string_view product = "skype-for-business-2015";

std::vector<Finding> found_by(const std::string& rule, const Scenario& scenario) {
  std::vector<Finding> found = check(scenario);
  std::erase_if(found, [&](const Finding& finding) { return finding.rule != rule; });
  return found;
}

std::string as_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) text += finding.rule + " at " + finding.key + ": " + finding.sentence + "\n";
  return text;
}

TEST(Rules, nothing_is_found_in_the_base_scenario) { EXPECT_EQ(as_text(check(base())), ""); }

TEST(Rules, each_rule_has_a_case) {
  std::set<std::string> with_case;
  for (const Case& it : all_cases()) with_case.insert(it.rule);
  for (const Rule& rule : rules(product)) EXPECT_TRUE(with_case.contains(std::string(rule.id))) << rule.id;
  for (const std::string& rule : with_case) EXPECT_NE(find_rule(product, rule), nullptr) << rule;
}

TEST(Rules, each_rule_finds_the_scenario_that_breaks_it) {
  for (const Case& it : all_cases()) {
    Scenario scenario = base();
    it.breaks(scenario);
    const auto found = found_by(it.rule, scenario);
    EXPECT_FALSE(found.empty()) << it.rule << "; found:\n" << as_text(check(scenario));
    if (found.empty()) continue;
    EXPECT_EQ(found[0].key, it.key) << it.rule;
    EXPECT_EQ(found[0].sentence, it.sentence) << it.rule;
    EXPECT_EQ(found[0].severity, find_rule(product, it.rule)->severity) << it.rule;
  }
}

TEST(Rules, no_rule_finds_the_scenario_that_keeps_it) {
  for (const Case& it : all_cases()) {
    Scenario scenario = base();
    it.keeps(scenario);
    EXPECT_EQ(as_text(found_by(it.rule, scenario)), "") << it.rule;
  }
}

TEST(Rules, each_has_its_own_id_a_rule_versions_and_a_source) {
  std::set<std::string_view> ids;
  for (const Rule& rule : rules(product)) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id << " twice";
    EXPECT_TRUE(rule.id.starts_with("PC-")) << rule.id;
    EXPECT_FALSE(rule.rule.empty() || rule.versions.empty() || rule.source.empty()) << rule.id;
    EXPECT_EQ(rule.rule.back(), '.') << rule.id;
  }
}

TEST(Rules, every_sentence_ends_in_a_full_stop_and_every_key_names_a_part_of_the_scenario) {
  for (const Case& it : all_cases()) {
    Scenario scenario = base();
    it.breaks(scenario);
    for (const Finding& finding : check(scenario)) {
      EXPECT_EQ(finding.sentence.back(), '.') << as_text({finding});
      EXPECT_TRUE(finding.key.starts_with("topology.") || finding.key.starts_with("workload.") ||
                  finding.key.starts_with("faults["))
          << as_text({finding});
    }
  }
}

TEST(Findings, errors_come_first) {
  Scenario scenario = base();
  mirrored(scenario);
  scenario.workload.users = 90'000;
  const auto findings = check(scenario);
  EXPECT_TRUE(std::ranges::is_sorted(findings, {}, &Finding::severity)) << as_text(findings);
  EXPECT_TRUE(refused(findings));
}

TEST(Findings, a_warning_does_not_refuse_a_scenario) {
  Scenario scenario = base();
  scenario.topology.chat_pools[0].standby.clear();
  const auto findings = check(scenario);
  EXPECT_FALSE(findings.empty());
  EXPECT_FALSE(refused(findings));
}

TEST(Findings, an_unknown_product_is_named_with_the_known_ones) {
  Scenario scenario = base();
  scenario.topology.product = "lync-2010";
  try {
    check(scenario);
    FAIL() << "not refused";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("lync-2010"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("skype-for-business-2015"), std::string::npos);
  }
}

TEST(Findings, a_scenario_without_pools_databases_or_rooms_is_checked_without_a_crash) {
  EXPECT_NO_THROW(check(Scenario{}));
  Scenario empty_pool = base();
  empty_pool.topology.chat_pools[0].active.clear();
  EXPECT_NO_THROW(check(empty_pool));
}

TEST(Explain, tells_rule_derivation_source_versions_and_what_it_finds) {
  const Rule* rule = find_rule(product, "PC-USERS-N1");
  ASSERT_NE(rule, nullptr);
  Scenario scenario = base();
  scenario.workload.users = 80'000;
  lose(scenario, "chat-2");
  const std::string text = explain(*rule, &scenario);
  for (const std::string_view part : {rule->id, rule->rule, rule->derivation, rule->source, rule->versions}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
  EXPECT_NE(text.find("20,000 users of chat-2 make 26,667 on each survivor"), std::string::npos) << text;
  EXPECT_NE(text.find("faults[0].lose"), std::string::npos) << text;
}

TEST(Explain, says_that_nothing_was_found) {
  const Scenario scenario = base();
  EXPECT_NE(explain(*find_rule(product, "PC-USERS-N1"), &scenario).find("nothing found"), std::string::npos);
}

TEST(RulesPage, has_a_row_for_each_rule) {
  const std::string page = rules_page(product);
  for (const Rule& rule : rules(product)) {
    EXPECT_NE(page.find("| `" + std::string(rule.id) + "` | "), std::string::npos) << rule.id;
  }
}

TEST(Profile, its_defaults_are_those_of_a_pool_and_a_machine_that_say_nothing) {
  const Limits& limits = profile_of(product).limits;
  const ChatPool pool;
  EXPECT_EQ(static_cast<double>(pool.default_chat_history), limits.default_chat_history.value);
  EXPECT_EQ(pool.max_file_size.count, limits.max_file_size_bytes.value);
  EXPECT_EQ(static_cast<double>(pool.participant_update_limit), limits.participant_update_limit.value);
  EXPECT_EQ(pool.compliance_run_interval.count(), limits.compliance_run_interval_s.value);
  EXPECT_EQ(static_cast<double>(pool.sip_port), limits.sip_port.value);
  EXPECT_EQ(static_cast<double>(pool.wcf_port), limits.wcf_port.value);
  EXPECT_EQ(LogShipping{}.restore_delay.count(), limits.restore_delay_s.value);
  const Hardware machine;
  EXPECT_EQ(static_cast<double>(machine.cores), limits.cores.value);
  EXPECT_EQ(machine.clock.hz, limits.clock_hz.value);
  EXPECT_EQ(machine.memory.count, limits.memory_bytes.value);
  EXPECT_EQ(static_cast<double>(machine.disks), limits.disks.value);
  EXPECT_EQ(machine.free_disk.count, limits.free_disk_bytes.value);
  EXPECT_EQ(machine.network.bytes_per_s, limits.network_bytes_per_s.value);
}

}  // namespace
}  // namespace poolcast::limits::test
