// Every number and identity of the validation tables is held, known to deviate, or listed as not applicable with its reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "domain/limits/profile.hpp"
#include "domain/limits/text.hpp"
#include "tests/domain/limits/arithmetic.hpp"
#include "tests/domain/limits/figures.hpp"
#include "tests/domain/limits/not_here.hpp"

namespace poolcast::limits::test {
namespace {

const nlohmann::json& tables() {
  static const nlohmann::json all =
      nlohmann::json::parse(std::ifstream(std::string(POOLCAST_SOURCE_DIR) + "/tests/domain/limits/validation-tables.json"));
  return all;
}

const Limits& limits() { return profile_of("skype-for-business-2015").limits; }

// The profile's limits by key, as low and high.
std::map<std::string, std::pair<double, double>> limits_by_key() {
  struct Collect {
    std::map<std::string, std::pair<double, double>> all;
    void operator()(const char* key, const Limit& limit) { all[key] = {limit.value, limit.value}; }
    void operator()(const char* key, const LimitRange& range) { all[key] = {range.low, range.high}; }
  } collect;
  describe_limits(limits(), collect);
  return collect.all;
}

// What one of the table's unit is in base units.
double unit_factor(const std::string& unit) {
  static const std::map<std::string, double> factors{{"GHz", 1e9},      {"GB", 1e9},  {"KB", 1e3},
                                                     {"Gb/s", 1e9 / 8}, {"ms", 1e-3}, {"min", 60.0}};
  const auto found = factors.find(unit);
  return found == factors.end() ? 1 : found->second;
}

// Decimals that the table's number is printed with.
int decimals(const nlohmann::json& value) {
  const std::string text = value.dump();
  const std::size_t point = text.find('.');
  if (point == std::string::npos || text.substr(point) == ".0") return 0;
  return static_cast<int>(std::min<std::size_t>(text.size() - point - 1, 6));
}

const Deviation* deviation_of(const std::string& key) {
  const auto found = std::ranges::find(deviations(), key, &Deviation::key);
  return found == deviations().end() ? nullptr : &*found;
}

void hold(const std::string& key, const nlohmann::json& printed, double ours) {
  const int shown = decimals(printed);
  if (const Deviation* known = deviation_of(key)) {
    EXPECT_NEAR(ours, known->ours, 0.005) << key << ": " << known->because;
    EXPECT_NE(fixed(ours, shown), fixed(printed.get<double>(), shown)) << key << " deviates no more: " << known->because;
    return;
  }
  EXPECT_EQ(fixed(ours, shown), fixed(printed.get<double>(), shown)) << key << ", ours unrounded: " << ours;
}

TEST(ValidationTables, each_key_is_held_or_listed_as_not_applicable) {
  const auto documented_limits = limits_by_key();
  for (const auto& entry : tables().at("entries")) {
    const std::string key = entry.at("key");
    const int places = static_cast<int>(documented_limits.contains(key)) + static_cast<int>(figures().contains(key)) +
                       static_cast<int>(why_not_here(key) != nullptr);
    EXPECT_EQ(places, 1) << key << " is held or excused in " << places << " places";
  }
}

TEST(ValidationTables, limits_and_defaults_are_those_of_the_profile) {
  const auto documented_limits = limits_by_key();
  for (const auto& entry : tables().at("entries")) {
    const auto found = documented_limits.find(entry.at("key"));
    if (found == documented_limits.end()) continue;
    const auto& value = entry.at("value");
    const double factor = unit_factor(entry.at("unit"));
    const double low = value.is_array() ? value.at(0).get<double>() : value.get<double>();
    const double high = value.is_array() ? value.at(1).get<double>() : value.get<double>();
    EXPECT_DOUBLE_EQ(found->second.first, low * factor) << found->first;
    EXPECT_DOUBLE_EQ(found->second.second, high * factor) << found->first;
  }
}

TEST(ValidationTables, each_limit_of_the_profile_has_a_key_of_the_tables_or_is_marked_as_our_own) {
  std::set<std::string> keys;
  for (const auto& entry : tables().at("entries")) keys.insert(entry.at("key"));
  for (const auto& [key, value] : limits_by_key()) EXPECT_TRUE(keys.contains(key) || key.starts_with("own.")) << key;
  EXPECT_EQ(limits().cores.value, 2 * 6);            // hw.sockets × hw.cores_per_socket
  EXPECT_EQ(limits().sample_posts_per_s.value, 24);  // rate.performance.total_per_second, which is a figure too
}

TEST(ValidationTables, figures_of_scenarios_are_the_printed_ones_to_the_pages_own_rounding) {
  for (const auto& entry : tables().at("entries")) {
    const std::string key = entry.at("key");
    if (figures().contains(key)) hold(key, entry.at("value"), figures().at(key));
  }
}

TEST(ValidationTables, no_figure_deviation_or_excuse_is_about_a_key_that_is_not_there) {
  std::set<std::string> keys;
  for (const auto& entry : tables().at("entries")) keys.insert(entry.at("key"));
  for (const auto& [key, value] : figures()) EXPECT_TRUE(keys.contains(key)) << key;
  for (const Deviation& it : deviations()) EXPECT_TRUE(keys.contains(std::string(it.key))) << it.key;
  for (const NotHere& it : not_here()) {
    EXPECT_TRUE(std::ranges::any_of(keys, [&](const std::string& key) { return why_not_here(key) == &it; })) << it.key;
  }
}

// The key whose figure an identity of the tables is about.
const std::map<std::string, std::string>& keys_of_identities() {
  static const std::map<std::string, std::string> all{
      {"small rooms", "access.small.rooms"},
      {"medium rooms", "access.medium.rooms"},
      {"large rooms", "access.large.rooms"},
      {"total rooms", "access.total_rooms"},
      {"open small", "access.small.open_rooms"},
      {"open medium", "access.medium.open_rooms"},
      {"open large", "access.large.open_rooms"},
      {"non-open total", "access.total_non_open_rooms"},
      {"small user entries", "access.small.user_member_entries"},
      {"small group entries", "access.small.group_member_entries"},
      {"small managers", "access.small.manager_entries"},
      {"small ACE", "access.small.ace"},
      {"medium user entries", "access.medium.user_member_entries"},
      {"medium group entries", "access.medium.group_member_entries"},
      {"medium managers", "access.medium.manager_entries"},
      {"medium presenters", "access.medium.auditorium_entries"},
      {"medium ACE", "access.medium.ace"},
      {"large group entries", "access.large.group_member_entries"},
      {"large ACE", "access.large.ace"},
      {"total ACE", "access.total_ace"},
      {"small invitations", "invite.small.invitations"},
      {"medium invitations", "invite.medium.invitations"},
      {"large invitations", "invite.large.invitations"},
      {"total invitations", "invite.total"},
      {"model1 small", "rate.model1.small.per_second"},
      {"model1 medium", "rate.model1.medium.per_second"},
      {"model1 large", "rate.model1.large.per_second"},
      {"model1 total", "rate.model1.total_per_second"},
      {"model2 small", "rate.model2.small.per_second"},
      {"model2 medium", "rate.model2.medium.per_second"},
      {"model2 large", "rate.model2.large.per_second"},
      {"model2 total", "rate.model2.total_per_second"},
      {"model2 small per room", "rate.model2.small.per_room_day"},
      {"model2 medium per room", "rate.model2.medium.per_room_day"},
      {"model2 large per room", "rate.model2.large.per_room_day"},
      {"performance total", "rate.performance.total_per_second"},
      {"rooms joined", "perf.rooms_joined_per_user"},
      {"polls/s", "perf.polls_per_second"},
      {"presence/s", "perf.presence_changes_per_second"},
      {"visible rooms", "perf.visible_rooms_per_user"},
      {"test small per user", "groupchat_test.small_per_user"},
      {"test medium per user", "groupchat_test.medium_per_user"},
      {"test large per user", "groupchat_test.large_per_user"},
      {"test rooms", "groupchat_test.rooms_total"},
      {"test chat per server", "groupchat_test.chat_rate_per_server"},
  };
  return all;
}

TEST(ValidationTables, each_identity_is_held_by_its_own_arithmetic_and_by_the_scenarios_figure) {
  // Held as limits of the profile, or not of a scenario: excused here, so that a new identity fails.
  const std::set<std::string> elsewhere{"endpoints", "test join per server", "retry first three rounds"};
  for (const auto& identity : tables().at("identity_checks")) {
    const std::string name = identity.at("name");
    const double printed = identity.at("expected_published");
    const double tolerance = identity.at("tolerance").get<double>() + 1e-9;
    const auto arithmetic = evaluate(identity.at("formula").get<std::string>());
    ASSERT_TRUE(arithmetic) << name;
    EXPECT_NEAR(*arithmetic, printed, tolerance) << name;
    const auto found = keys_of_identities().find(name);
    if (found == keys_of_identities().end()) {
      EXPECT_TRUE(elsewhere.contains(name)) << name;
      continue;
    }
    if (deviation_of(found->second)) continue;  // the printed number is not what the page's percentages give
    // Total rooms and their parts are sums of rounded numbers on the page.
    EXPECT_NEAR(figures().at(found->second), printed, std::max(tolerance, 0.5)) << name;
  }
}

// Each known anomaly of the sources is told by a rule.
TEST(ValidationTables, each_known_anomaly_of_the_sources_is_a_rule) {
  const std::map<std::string, std::string> rule_of{
      {"access.small.auditorium_rooms_with_presenters", "PC-SRC-AUDITORIUM"},
      {"access.medium.auditorium_rooms_with_presenters", "PC-SRC-AUDITORIUM"},
      {"access.large.auditorium_entries", "PC-SRC-AUDITORIUM"},
      {"access.medium.non_open_rooms", "PC-SRC-THOUSANDS"},
      {"failover.users_per_surviving_server", "PC-SRC-SURVIVORS"},
      {"invite warning vs max", "PC-SRC-INVITES"},
      {"chat WCF port", "PC-PORT-881"},
      {"rate.model1.large vs model2.large vs performance.large", "PC-SRC-CHAT-RATE"},
      {"SE capacity", "PC-SRC-SE-USERS"},
      {"forced service, high-safety with witness", "PC-SRC-FORCED"},
  };
  for (const auto& anomaly : tables().at("known_anomalies_in_sources")) {
    const auto found = rule_of.find(anomaly.at("where"));
    ASSERT_NE(found, rule_of.end()) << anomaly.at("where");
    EXPECT_NE(find_rule("skype-for-business-2015", found->second), nullptr) << found->second;
  }
}

}  // namespace
}  // namespace poolcast::limits::test
