// Access lists, invitations and the traffic of rooms.
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

std::vector<Found> access_list(const Scenario& scenario, const Limits& limits) {
  const double entries = access_entries(scenario.workload);
  const double limit = limits.access_entries.value;
  if (entries <= limit) return {};
  return {{"workload.room_classes", fill("The rooms need {} access-control entries, {} above the documented {}.",
                                         {fixed(entries, 0), fixed(entries - limit, 0), number(limit)})}};
}

std::vector<Found> invitations_many(const Scenario& scenario, const Limits& limits) {
  const double all = invitations(scenario.workload);
  const double low = limits.invitations_warning.value;
  if (all <= low) return {};
  return {
      {"workload.room_classes", fill("The rooms send {} invitations, {} above the {} from which the page expects degradation.",
                                     {fixed(all, 0), fixed(all - low, 0), number(low)})}};
}

std::vector<Found> invitations_most(const Scenario& scenario, const Limits& limits) {
  const double all = invitations(scenario.workload);
  const double limit = limits.invitations.value;
  if (all <= limit) return {};
  return {{"workload.room_classes", fill("The rooms send {} invitations, {} above the documented maximum of {}.",
                                         {fixed(all, 0), fixed(all - limit, 0), number(limit)})}};
}

// A class is a large one when it makes most of the deliveries from few of the posts.
std::vector<Found> fan_out(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Workload& workload = scenario.workload;
  const double posts = posts_per_s(workload);
  const double deliveries = deliveries_per_s(workload);
  if (posts <= 0 || deliveries <= 0) return {};
  for (std::size_t index = 0; index < workload.room_classes.size(); ++index) {
    const RoomClass& room_class = workload.room_classes[index];
    const double share_of_posts = posts_per_s(workload, room_class) / posts;
    const double share_of_deliveries = deliveries_per_s(workload, room_class) / deliveries;
    if (share_of_deliveries < 0.5 || share_of_posts > 0.1) continue;
    found.push_back(
        {key_of("workload.room_classes", index, "posts"),
         fill("{} {} rooms make {} of the deliveries from {} of the posts; one post there is {} sends to endpoints.",
              {number(std::round(rooms(workload, room_class) * 10) / 10), room_class.name, percent(share_of_deliveries),
               percent(share_of_posts), fixed(room_class.users_per_room * workload.endpoints_per_user, 0)})});
  }
  return found;
}

std::vector<Found> room_size(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Workload& workload = scenario.workload;
  const double users = static_cast<double>(workload.users);
  for (std::size_t index = 0; index < workload.room_classes.size(); ++index) {
    const RoomClass& room_class = workload.room_classes[index];
    if (room_class.users_per_room <= users || room_class.rooms_per_user <= 0) continue;
    found.push_back(
        {key_of("workload.room_classes", index, "users_per_room"),
         fill("One {} room has {} connected users, but there are only {}; on average there are {} such rooms.",
              {room_class.name, number(room_class.users_per_room), number(users), number(rooms(workload, room_class))})});
  }
  return found;
}

std::vector<Found> roster(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const double sends = roster_sends_per_sign_in(scenario.workload, pools[pool]);
    const double gate = limits.join_rate_per_s.value;
    const double chat = deliveries_per_s(scenario.workload) * share_of(scenario, pool);
    if (sends * gate <= chat / 2) continue;
    found.push_back({key_of("topology.chat_pools", pool, "participant_update_limit"),
                     fill("One sign-in to {} sends {} roster updates; at {} sign-ins per second that is {} per second beside {} "
                          "deliveries of posts.",
                          {pools[pool].name.str(), number(sends), number(gate), fixed(sends * gate, 0), fixed(chat, 0)})});
  }
  return found;
}

// The documented capacity is four servers at 24 posts per second: 6 for each.
std::vector<Found> post_rate(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const double active = static_cast<double>(pools[pool].active.size());
    const double posts = posts_per_s(scenario.workload) * share_of(scenario, pool);
    const double shown = limits.sample_posts_per_s.value / limits.active_servers.value * active;
    if (active == 0 || posts <= shown * 1.01) continue;
    found.push_back(
        {"workload.room_classes",
         fill("{} posts per second to the {} of {} are {} times the {} on which their documented capacity rests.",
              {number(posts), counted(active, "active server"), pools[pool].name.str(), times(posts / shown), number(shown)})});
  }
  return found;
}

struct Compared {
  std::string_view key;
  std::string_view what;
  double value = 0;
  double shown = 0;
};

std::vector<Found> user_model(const Scenario& scenario, const Limits& limits) {
  const Workload& workload = scenario.workload;
  const std::vector<Compared> all{
      {"workload.room_classes", "rooms per user", rooms_per_user(workload), limits.sample_rooms_per_user.value},
      {"workload.endpoints_per_user", "endpoints per user", workload.endpoints_per_user, limits.sample_endpoints_per_user.value},
      {"workload.contacts_per_user", "contacts per user", workload.contacts_per_user, limits.sample_contacts_per_user.value},
      {"workload.affiliations_per_user", "directory groups above one user", workload.affiliations_per_user,
       limits.sample_affiliations_per_user.high},
      {"workload.visible_rooms_per_endpoint", "visible rooms per endpoint", workload.visible_rooms_per_endpoint,
       limits.sample_visible_rooms_per_endpoint.value},
      {"workload.polled_per_visible_room", "participants polled per visible room", workload.polled_per_visible_room,
       limits.sample_polled_per_visible_room.value},
      {"workload.presence_changes_per_user", "presence changes per user and hour",
       workload.presence_changes_per_user.per_s * 3600, limits.sample_presence_changes_per_hour.value},
  };
  std::vector<Found> found;
  for (const Compared& row : all) {
    if (row.value <= row.shown * 1.000001) continue;
    found.push_back({std::string(row.key), fill("{} {} are more than the {} of the documented user model.",
                                                {number(row.value), std::string(row.what), number(row.shown)})});
  }
  return found;
}

}  // namespace

std::vector<CheckedRule> room_rules() {
  return {
      {{"PC-ACES", error, both, "All rooms together have at most 2,000,000 access-control entries.",
        "Entries = members listed one by one + groups + managers + presenters of auditoriums. Beyond the maximum the page "
        "expects "
        "performance to degrade significantly; groups instead of single members keep the list short.",
        source::capacity},
       access_list},
      {{"PC-INVITES", warning, both, "Performance degrades above 1,000,000 invitations.",
        "Invitations = rooms that send them × users with access. The text of the page says 1,000,000, its table 2,000,000: we "
        "warn at "
        "the first and refuse at the second.",
        source::capacity},
       invitations_many},
      {{"PC-INVITES-MAX", error, both, "At most 2,000,000 invitations are allowed.",
        "Invitations = rooms that send them × users with access.", source::capacity},
       invitations_most},
      {{"PC-FANOUT", note, both, "Deliveries, not posts, are what costs; few large rooms can make most of them.",
        "Deliveries = posts × connected users of the room × endpoints. In the performance user model ten rooms of 16,000 users "
        "make 72 % "
        "of the deliveries from 0.6 % of the posts. The page does not count deliveries.",
        source::capacity},
       fan_out},
      {{"PC-ROOM-SIZE", warning, both, "A room has no more connected users than there are.",
        "Rooms = users × rooms per user / users per room. The documented sample has ten rooms of 16,000 for 80,000 users; with "
        "fewer "
        "users its large rooms have to be made smaller.",
        source::capacity},
       room_size},
      {{"PC-ROSTER", note, both,
        "Each sign-in tells the participants of the user's smaller rooms; rooms above the participant update limit are left out.",
        "12 small rooms × 29 others × 1.5 endpoints = 522 sends; at 10 sign-ins per second 5,220 per second, as much as the "
        "4,976 "
        "deliveries of all posts. An assumption: no page says how updates travel (assumption O-12).",
        source::configuration},
       roster},
      {{"PC-POST-RATE", warning, both, "The documented capacity of 80,000 users was stated for 24 posts per second.",
        "22.22 + 1.67 + 0.15 posts per second for small, medium and large rooms, on 4 servers: 6 for each.", source::capacity},
       post_rate},
      {{"PC-USER-MODEL", note, both, "More per user than in the documented user model was not shown to work.",
        "16 rooms, 1.5 endpoints, 80 contacts, 100 to 200 directory groups, 1.5 visible rooms per endpoint, 25 participants "
        "polled "
        "per visible room, 6 presence changes per hour.",
        source::capacity},
       user_model},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
