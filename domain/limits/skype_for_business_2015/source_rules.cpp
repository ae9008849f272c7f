// Where the sources contradict each other or themselves. Each is told only when the scenario touches it.
#include <algorithm>
#include <cmath>

#include "domain/limits/capacity.hpp"
#include "domain/limits/look.hpp"
#include "domain/limits/skype_for_business_2015/profile.hpp"
#include "domain/limits/skype_for_business_2015/sources.hpp"
#include "domain/limits/text.hpp"

namespace poolcast::limits::skype_for_business_2015 {
namespace {

using enum Severity;

// The auditorium figures of the page's sample, by connected users per room.
struct PrintedAuditorium {
  double users_per_room;
  double entries;  // presenter entries
};
constexpr PrintedAuditorium printed_auditoriums[] = {{30, 0}, {150, 192}, {16'000, 50}};

std::vector<Found> auditoriums(const Scenario& scenario, const Limits&) {
  std::vector<std::string> classes, ours, theirs;
  for (const RoomClass& room_class : scenario.workload.room_classes) {
    const auto printed = std::ranges::find(printed_auditoriums, room_class.users_per_room, &PrintedAuditorium::users_per_room);
    if (room_class.auditorium.of_one <= 0 || printed == std::end(printed_auditoriums)) continue;
    classes.push_back(room_class.name);
    ours.push_back(number(access_entries(scenario.workload, room_class).presenters));
    theirs.push_back(number(printed->entries));
  }
  if (classes.empty()) return {};
  return {{"workload.room_classes", fill("Auditoriums have {} presenter entries ({}); the page's sample prints {}.",
                                         {listed(ours), listed(classes), listed(theirs)})}};
}

std::vector<Found> thousands_mark(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Workload& workload = scenario.workload;
  for (std::size_t index = 0; index < workload.room_classes.size(); ++index) {
    const RoomClass& room_class = workload.room_classes[index];
    const double closed = rooms(workload, room_class) * (1 - room_class.open.of_one);
    if (room_class.users_per_room != 150 || std::round(closed) != 1035) continue;
    found.push_back({key_of("workload.room_classes", index, "open"),
                     fill("{} {} rooms are not open; the page prints 1.035.", {fixed(closed, 0), room_class.name})});
  }
  return found;
}

std::vector<Found> chat_rates(const Scenario& scenario, const Limits& limits) {
  const auto& classes = scenario.workload.room_classes;
  const bool large = std::ranges::any_of(classes, [](const RoomClass& it) { return it.users_per_room >= 16'000; });
  if (!large) return {};
  return {
      {"workload.room_classes",
       fill("This workload has {} posts per second; one page gives 74, 56 and {} for the same rooms, and 100, 800 and 432 a day "
            "for one large room.",
            {number(posts_per_s(scenario.workload)), number(limits.sample_posts_per_s.value)})}};
}

std::vector<Found> rooms_joined(const Scenario& scenario, const Limits& limits) {
  const Workload& workload = scenario.workload;
  const double followed = rooms_per_user(workload);
  if (followed != limits.sample_rooms_per_user.value || workload.endpoints_per_user == 1) return {};
  return {{"workload.endpoints_per_user", fill("A user follows {} rooms and is joined to {}: {} with each of {} endpoints.",
                                               {number(followed), number(followed * workload.endpoints_per_user),
                                                number(followed), number(workload.endpoints_per_user)})}};
}

std::vector<Found> invitation_limit(const Scenario& scenario, const Limits& limits) {
  const double all = invitations(scenario.workload);
  if (all <= limits.invitations_warning.value || all > limits.invitations.value) return {};
  return {{"workload.room_classes",
           fill("{} invitations lie between the {} of the page's text and the {} of its table; its own sample has 1,160,000.",
                {fixed(all, 0), number(limits.invitations_warning.value), number(limits.invitations.value)})}};
}

std::vector<Found> survivors(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  for (const Loss& loss : losses(scenario)) {
    if (loss.survivors != 3 || loss.fullest <= limits.users_per_server.value) continue;
    found.push_back({key_of("faults", loss.fault, "lose"),
                     fill("{} on a survivor: the 2013 page allows {} there, the 2015 page says nothing.",
                          {fixed(loss.fullest, 0), number(limits.stated_users_after_loss.value)})});
    break;  // once is enough
  }
  return found;
}

std::vector<Found> standard_front_end(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const double users = users_of(scenario, pool);
    const double hosted = limits.users_per_standard_front_end.value;
    if (!behind(scenario, pools[pool], Edition::standard) || users <= hosted) continue;
    found.push_back(
        {key_of("topology.chat_pools", pool, "next_hop"),
         fill("{} users are above the {} that the Standard Edition server {} hosts ({} while its pair is down); {} are "
              "documented for chat with Standard Edition.",
              {number(users), number(hosted), pools[pool].next_hop.str(), number(limits.users_per_standard_front_end_pair.value),
               number(limits.users_at_standard_edition.value)})});
  }
  return found;
}

std::vector<Found> standard_growth(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    if (!behind(scenario, pools[pool], Edition::standard) || pools[pool].collocated) continue;
    found.push_back(
        {key_of("topology.chat_pools", pool, "next_hop"),
         fill("{} stands beside the Standard Edition server {}: it may be joined by further servers, but not for high "
              "availability.",
              {pools[pool].name.str(), pools[pool].next_hop.str()})});
  }
  return found;
}

std::vector<Found> forced_service(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto& databases = scenario.topology.databases;
  for (std::size_t index = 0; index < databases.size(); ++index) {
    const Database& database = databases[index];
    const bool lost = std::ranges::any_of(scenario.faults, [&](const Fault& fault) {
      return fault.lose && (fault.lose == database.principal || fault.lose == database.mirror || fault.lose == database.witness);
    });
    if (database.mode != AvailabilityMode::high_safety || !database.witness || !lost) continue;
    found.push_back(
        {key_of("topology.databases", index, "witness"),
         fill("Service on {} may be forced only while it sees {} and neither sees {}, if one page's text holds and its table "
              "does not.",
              {database.mirror ? database.mirror->str() : "the mirror", database.witness->str(), database.principal.str()})});
  }
  return found;
}

std::vector<Found> two_user_models(const Scenario& scenario, const Limits&) {
  const Workload& workload = scenario.workload;
  const double polls = static_cast<double>(workload.users) * workload.endpoints_per_user * workload.visible_rooms_per_endpoint *
                       workload.polled_per_visible_room / workload.poll_interval.count();
  // 25 % of the users × 1.5 rooms × 12 polls per hour × 10 users.
  const double other = static_cast<double>(workload.users) * 1.5 * 12 * 10 / 3600;
  if (polls <= other) return {};
  return {{"workload.polled_per_visible_room",
           fill("{} participants are polled per second; the general user model makes {} of the same {} users.",
                {fixed(polls, 0), fixed(other, 0), number(static_cast<double>(workload.users))})}};
}

}  // namespace

std::vector<CheckedRule> source_rules() {
  return {
      {{"PC-SRC-AUDITORIUM", note, both, "The page's auditorium figures do not follow from its own percentages.",
        "1 % of 32,000 small rooms are 320, printed 0; 1 % of 1,067 medium rooms are 10.67, printed 32 (that is 3 %); 5 large "
        "rooms × 6 "
        "presenters are 30 entries, printed 50. We compute from the percentages.",
        source::capacity},
       auditoriums},
      {{"PC-SRC-THOUSANDS", note, both, "\"1.035\" non-open medium rooms are 1,035.",
        "A decimal point stands where a thousands mark is meant: 1,067 × 97 % = 1,035.", source::capacity},
       thousands_mark},
      {{"PC-SRC-CHAT-RATE", note, both, "One page gives three rates of posts for the same rooms: 74, 56 and 24 per second.",
        "Model 1, model 2 and the performance user model; the large rooms alone differ by 8 (100, 800 and 432 posts a day). The "
        "capacity of "
        "80,000 users was stated for 24.",
        source::capacity},
       chat_rates},
      {{"PC-SRC-ROOMS-JOINED", note, both, "The page has 16 rooms per user and 24 rooms joined per user.",
        "Only 1.5 endpoints per user reconcile them: 16 × 1.5 = 24.", source::capacity},
       rooms_joined},
      {{"PC-SRC-INVITES", note, both, "The page's limits of invitations contradict each other and its own sample.",
        "Text: degradation above 1,000,000. Table: at most 2,000,000. Sample: 960,000 + 120,000 + 80,000 = 1,160,000.",
        source::capacity},
       invitation_limit},
      {{"PC-SRC-SURVIVORS", note, "Lync Server 2013", "\"Up to 30,000\" users per survivor fits no pool of four servers.",
        "80,000 / 3 = 26,667. 30,000 is 60,000 / 2, the older pool of three servers (an inference). The 2015 page dropped the "
        "sentence.",
        source::capacity_2013},
       survivors},
      {{"PC-SRC-SE-USERS", warning, both, "Chat with Standard Edition is documented for 20,000 users, its Front End for 2,500.",
        "20,000 can be reached only when most users are homed elsewhere; 5,000 while a paired server is down. We would plan with "
        "2,500 (assumption O-17).",
        source::front_end_capacity},
       standard_front_end},
      {{"PC-SRC-SE-GROWTH", note, both,
        "A separate chat server behind Standard Edition may be joined by others, but high "
        "availability is documented as not an option there.",
        "The topology page says both.", source::topology},
       standard_growth},
      {{"PC-SRC-FORCED", note, both, "Whether service can be forced in high-safety mode with a witness is answered twice.",
        "The table of the page says no; its text says yes while mirror and witness are connected and neither sees the principal. "
        "We "
        "follow the text.",
        source::sql_roles},
       forced_service},
      {{"PC-SRC-POLLS", note, both, "The general user model polls far fewer participants than the chat capacity page.",
        "25 % of registered users, 1.5 rooms each, 12 polls of 10 users per room and hour: 4,000 per second for 80,000 users in "
        "chat, where the capacity page has 15,000.",
        source::user_models},
       two_user_models},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
