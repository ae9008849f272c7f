#include "tests/domain/limits/figures.hpp"

#include <algorithm>
#include <stdexcept>

#include "domain/limits/capacity.hpp"
#include "tests/domain/limits/library.hpp"

namespace poolcast::limits::test {
namespace {

using Values = std::map<std::string, double>;

class Page {
public:
  explicit Page(const Scenario& scenario) : rows_(capacity(scenario)) {}
  double of(const std::string& quantity, const std::string& part = "") const {
    const auto found =
        std::ranges::find_if(rows_, [&](const CapacityRow& it) { return it.quantity == quantity && it.part == part; });
    if (found == rows_.end()) throw std::out_of_range(quantity + " of " + part);
    return found->value;
  }

private:
  std::vector<CapacityRow> rows_;
};

constexpr const char* size_classes[] = {"small", "medium", "large"};

// Rooms, access lists and invitations, all from the sample of the capacity page.
void add_sample(Values& values, const Scenario& scenario) {
  const Page page(scenario);
  for (std::size_t index = 0; index < 3; ++index) {
    const std::string name = size_classes[index];
    const RoomClass& it = scenario.workload.room_classes.at(index);
    const std::string access = "access." + name + ".";
    values[access + "users_per_room"] = it.users_per_room;
    values[access + "rooms"] = page.of("rooms", name);
    values[access + "auditorium_pct"] = it.auditorium.of_one * 100;
    values[access + "open_pct"] = it.open.of_one * 100;
    values[access + "open_rooms"] = page.of("open rooms", name);
    values[access + "non_open_rooms"] = page.of("non-open rooms", name);
    values[access + "auditorium_rooms_with_presenters"] = page.of("auditorium rooms", name);
    values[access + "direct_membership_pct"] = it.direct_membership.of_one * 100;
    values[access + "group_membership_pct"] = 100 - it.direct_membership.of_one * 100;
    values[access + "members_in_list"] = it.members_in_list;
    values[access + "groups_in_list"] = it.groups_in_list;
    values[access + "managers_per_room"] = it.managers_per_room;
    values[access + "presenters_per_auditorium"] = it.presenters_per_auditorium;
    if (name != "large") values[access + "user_member_entries"] = page.of("user member entries", name);
    values[access + "group_member_entries"] = page.of("group member entries", name);
    values[access + "auditorium_entries"] = page.of("presenter entries", name);
    values[access + "manager_entries"] = page.of("manager entries", name);
    values[access + "rooms_per_user"] = page.of("rooms per user", name);
    values[access + "ace"] = page.of("access-control entries", name);
    const std::string invite = "invite." + name + ".";
    values[invite + "connected_users_per_room"] = it.users_per_room;
    values[invite + "rooms_with_invitations_pct"] = it.with_invitations.of_one * 100;
    values[invite + "rooms_with_invitations"] = page.of("rooms with invitations", name);
    values[invite + "users_with_access_per_room"] = it.users_with_access;
    values[invite + "invitations"] = page.of("invitations", name);
  }
  values["access.total_rooms"] = page.of("rooms");
  values["access.total_open_rooms"] = page.of("open rooms");
  values["access.total_non_open_rooms"] = page.of("non-open rooms");
  values["access.total_rooms_per_user"] = page.of("rooms per user");
  values["access.total_ace"] = page.of("access-control entries");
  values["invite.total"] = page.of("invitations");
}

// The older block of the same table: half of the rooms by groups in every class, and a tenth of the large rooms open, which is
// our inference: it makes both of its figures for large rooms come out.
void add_older_block(Values& values) {
  Scenario scenario = documented("performance-user-model");
  const double groups[] = {10, 10, 15};
  for (std::size_t index = 0; index < 3; ++index) {
    RoomClass& it = scenario.workload.room_classes.at(index);
    it.direct_membership = Share{0.5};
    it.groups_in_list = groups[index];
  }
  scenario.workload.room_classes[2].open = Share{0.1};
  const Page page(scenario);
  for (std::size_t index = 0; index < 3; ++index) {
    const std::string name = size_classes[index];
    const RoomClass& it = scenario.workload.room_classes[index];
    const std::string key = "access_legacy_block." + name + ".";
    values[key + "groups_in_list"] = it.groups_in_list;
    values[key + "group_managed_pct"] = 100 - it.direct_membership.of_one * 100;
    values[key + "group_member_entries"] = page.of("group member entries", name);
    values[key + "user_member_entries"] = page.of("user member entries", name);
    values[key + "manager_presenter_scope_per_room"] = it.managers_per_room;
    values[key + "manager_presenter_scope_entries"] = page.of("manager entries", name);
  }
}

void add_rates(Values& values) {
  const Page model_1(documented("model-1"));
  const Page model_2(documented("model-2"));
  const Page performance(documented("performance-user-model"));
  double room_day_1 = 0, room_day_2 = 0;
  for (const std::string name : size_classes) {
    values["rate.model1." + name + ".per_room_day"] = model_1.of("posts per room and day", name);
    values["rate.model1." + name + ".per_second"] = model_1.of("posts per second", name);
    values["rate.model2." + name + ".per_user_day"] = model_2.of("posts per user and day", name);
    values["rate.model2." + name + ".per_room_day"] = model_2.of("posts per room and day", name);
    values["rate.model2." + name + ".per_second"] = model_2.of("posts per second", name);
    values["rate.performance." + name + ".per_second"] = performance.of("posts per second", name);
    values["derived.fanout.performance." + name] = performance.of("deliveries to users", name);
    room_day_1 += model_1.of("posts per room and day", name);
    room_day_2 += model_2.of("posts per room and day", name);
  }
  values["rate.model1.total_per_second"] = model_1.of("posts per second");
  values["rate.model2.total_per_second"] = model_2.of("posts per second");
  values["rate.performance.total_per_second"] = performance.of("posts per second");
  values["rate.model1.per_room_day_sum"] = room_day_1;
  values["rate.model2.per_room_day_sum"] = room_day_2;
  values["rate.model2.per_user_day_sum"] = model_2.of("posts per user and day");
  values["rate.day_length"] = documented("model-1").workload.day.count();
  values["derived.fanout.performance.users"] = performance.of("deliveries to users");
  values["derived.fanout.performance.endpoints"] = performance.of("deliveries to endpoints");
  values["derived.fanout.performance.per_server"] = performance.of("deliveries to endpoints, each server");
  values["derived.fanout.model1.users"] = model_1.of("deliveries to users");
  values["derived.fanout.model2.users"] = model_2.of("deliveries to users");
  values["derived.messages_per_day.performance"] = performance.of("posts per day");
}

void add_performance(Values& values, const Scenario& scenario) {
  const Page page(scenario);
  const Workload& workload = scenario.workload;
  values["perf.users"] = page.of("connected users");
  values["perf.instances"] = static_cast<double>(scenario.topology.chat_pools[0].active.size());
  values["perf.rooms_total"] = page.of("rooms");
  values["perf.rooms_joined_per_user"] = page.of("rooms joined per user");
  values["perf.invite_rooms_pct"] = workload.room_classes[0].with_invitations.of_one * 100;
  values["perf.visible_rooms_per_user"] = page.of("visible rooms per user");
  values["perf.poll_interval"] = workload.poll_interval.count();
  values["perf.polls_per_second"] = page.of("participants polled");
  values["perf.presence_changes_per_second"] = page.of("presence changes");
  values["message.average_size"] = workload.body.count;
  values["failover.users_per_surviving_server.arith"] = page.of("users per server after the loss of one", "chat");
  values["nminus1.safe_pool_users"] = page.of("users that survive the loss of one server", "chat");
  values["derived.storm.20000_users_at_10_per_s"] = page.of("return at the join rate, a join being a sign-in", "chat");
  values["derived.storm.20000_users_at_12_per_s"] = page.of("return at the Front Ends' sign-in rate", "chat");
  values["derived.roster.sends_per_signin"] = page.of("roster sends of one sign-in", "chat");
  values["derived.roster.sends_per_s_at_10_signins"] = page.of("roster sends at the join rate", "chat");
  const Hardware machine;
  values["hw.sockets"] = static_cast<double>(machine.cores) / 6;
  values["hw.cores_per_socket"] = static_cast<double>(machine.cores) / 2;
  const Scenario morning = library_scenario("morning-sign-in");
  values["usermodel.logon_window"] = morning.workload.sign_in_window.value().count();
  values["derived.logon.80000_in_120min"] = Page(morning).of("sign-ins per second");
}

void add_group_chat_test(Values& values) {
  const Scenario scenario = documented("group-chat-60000", {"topology.chat_pools[0].active=[chat-1, chat-2, chat-3]"});
  const Page page(scenario);
  const std::string key = "groupchat_test.";
  for (std::size_t index = 0; index < 3; ++index) {
    const std::string name = size_classes[index];
    values[key + name + "_size"] = scenario.workload.room_classes[index].users_per_room;
    values[key + name + "_rooms"] = page.of("rooms", name);
    values[key + name + "_per_user"] = page.of("rooms per user", name);
  }
  values[key + "servers"] = static_cast<double>(scenario.topology.chat_pools[0].active.size());
  values[key + "users"] = page.of("connected users");
  values[key + "rooms_total"] = page.of("rooms");
  values[key + "invite_rooms_pct"] = scenario.workload.room_classes[0].with_invitations.of_one * 100;
  values[key + "chat_rate"] = page.of("posts per second");
  values[key + "chat_rate_per_server"] = page.of("posts per second, each server");
  const double restarts = scenario.workload.restarts_per_user.per_s * static_cast<double>(scenario.workload.users);
  values[key + "join_rate"] = restarts;
  values[key + "logout_rate"] = restarts;
}

}  // namespace

const std::map<std::string, double>& figures() {
  static const Values values = [] {
    Values all;
    const Scenario performance = documented("performance-user-model");
    add_sample(all, performance);
    add_older_block(all);
    add_rates(all);
    add_performance(all, performance);
    add_group_chat_test(all);
    return all;
  }();
  return values;
}

const std::vector<Deviation>& deviations() {
  static const std::vector<Deviation> all{
      {"access.small.auditorium_rooms_with_presenters", 320, "1 % of 32,000; the page prints 0"},
      {"access.small.auditorium_entries", 1'920, "320 × 6; the page prints 0"},
      {"access.small.ace", 706'080, "with 1,920 presenter entries for 0"},
      {"access.medium.auditorium_rooms_with_presenters", 10.67,
       "1 % of 1,066.67; the page prints 32, which is the 3 % of open rooms"},
      {"access.medium.auditorium_entries", 64, "10.67 × 6; the page has 32 × 6"},
      {"access.medium.ace", 26'640, "with 64 presenter entries for 192"},
      {"access.large.auditorium_entries", 30, "5 × 6; the page prints 50"},
      {"access.large.ace", 140, "with 30 presenter entries for 50"},
      {"access.total_ace", 732'860, "with 2,014 presenter entries for 242"},
      {"derived.fanout.model1.users", 5'000, "the table multiplied rates that were rounded to two decimals"},
      {"derived.fanout.model2.users", 7'777.78, "the table multiplied rates that were rounded to two decimals"},
      {"derived.messages_per_day.performance", 692'352, "24.04 × 28,800; the table has 24 × 28,800"},
      {"groupchat_test.chat_rate_per_server", 6.67, "20 / 3; the page cuts off"},
  };
  return all;
}

}  // namespace poolcast::limits::test
