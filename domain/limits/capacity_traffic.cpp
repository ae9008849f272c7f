// Posts, deliveries and presence.
#include <algorithm>

#include "domain/limits/capacity_page.hpp"

namespace poolcast::limits {
namespace {

// The rate of one class with the formula of the basis in which it was given.
void add_rate(CapacityPage& page, const Workload& workload, const RoomClass& it, std::string_view source) {
  const double rate = posts_per_s(workload, it);
  const double users = static_cast<double>(workload.users);
  const std::string unit = "posts/s";
  switch (it.posts.basis) {
    case PostRate::Basis::per_room_day:
      page.add("posts per second", it.name, rate, unit, "{} × {} / {} s",
               {rooms(workload, it), it.posts.value, workload.day.count()}, source);
      return;
    case PostRate::Basis::per_user_day:
      page.add("posts per second", it.name, rate, unit, "{} × {} / {} s", {users, it.posts.value, workload.day.count()}, source);
      return;
    case PostRate::Basis::per_second:
      page.add("posts per second", it.name, rate, unit, "{} × {} / {}",
               {it.posts.value, users, static_cast<double>(workload.reference_users)}, source);
  }
}

}  // namespace

void add_posts(CapacityPage& page, const Scenario& scenario, const Limits& limits) {
  const Workload& workload = scenario.workload;
  const std::string_view source = limits.sample_posts_per_s.source;
  const double users = static_cast<double>(workload.users);
  const double day = workload.day.count();
  const double total = posts_per_s(workload);
  page.section("posts");
  for (const RoomClass& it : workload.room_classes) {
    const double rate = posts_per_s(workload, it);
    const double count = rooms(workload, it);
    add_rate(page, workload, it, source);
    page.add("posts per room and day", it.name, count > 0 ? rate * day / count : 0, "posts", "{} × {} s / {}", {rate, day, count},
             derived);
    page.add("posts per user and day", it.name, rate * day / users, "posts", "{} × {} s / {}", {rate, day, users}, derived);
  }
  page.add("posts per second", "", total, "posts/s", "sum of the classes", {}, source);
  page.add("posts per user and day", "", total * day / users, "posts", "{} × {} s / {}", {total, day, users}, derived);
  page.add("posts per day", "", total * day, "posts", "{} × {} s", {total, day}, derived);
}

void add_deliveries(CapacityPage& page, const Scenario& scenario, const Limits&) {
  const Workload& workload = scenario.workload;
  const double per_user = workload.endpoints_per_user;
  const double to_endpoints = deliveries_per_s(workload);
  page.section("deliveries");
  for (const RoomClass& it : workload.room_classes) {
    const double rate = posts_per_s(workload, it);
    page.add("deliveries to users", it.name, rate * it.users_per_room, "deliveries/s", "{} × {}", {rate, it.users_per_room},
             derived);
    page.add("deliveries to endpoints", it.name, deliveries_per_s(workload, it), "deliveries/s", "{} × {} × {}",
             {rate, it.users_per_room, per_user}, derived);
    page.add("sends of one post", it.name, it.users_per_room * per_user, "deliveries", "{} × {}", {it.users_per_room, per_user},
             derived);
  }
  page.add("deliveries to users", "", to_endpoints / per_user, "deliveries/s", "sum of the classes", {}, derived);
  page.add("deliveries to endpoints", "", to_endpoints, "deliveries/s", "{} × {}", {to_endpoints / per_user, per_user}, derived);
  double active = 0;
  for (const ChatPool& pool : scenario.topology.chat_pools) active += static_cast<double>(pool.active.size());
  if (active == 0) return;
  page.add("deliveries to endpoints, each server", "", to_endpoints / active, "deliveries/s", "{} / {}", {to_endpoints, active},
           derived);
  page.add("posts per second, each server", "", posts_per_s(workload) / active, "posts/s", "{} / {}",
           {posts_per_s(workload), active}, derived);
}

void add_presence(CapacityPage& page, const Scenario& scenario, const Limits& limits) {
  const Workload& workload = scenario.workload;
  const std::string_view source = limits.sample_polled_per_visible_room.source;
  const double users = static_cast<double>(workload.users);
  const double per_hour = workload.presence_changes_per_user.per_s * 3600;
  const double visible = workload.endpoints_per_user * workload.visible_rooms_per_endpoint;
  page.section("presence");
  page.add("endpoints", "", endpoints(workload), "endpoints", "{} × {}", {users, workload.endpoints_per_user}, source).limit =
      limits.endpoints_of_organisation.value;
  page.add("visible rooms per user", "", visible, "rooms", "{} × {}",
           {workload.endpoints_per_user, workload.visible_rooms_per_endpoint}, source);
  page.add("participants polled", "", users * visible * workload.polled_per_visible_room / workload.poll_interval.count(),
           "polls/s", "{} × {} × {} / {} s", {users, visible, workload.polled_per_visible_room, workload.poll_interval.count()},
           source);
  page.add("presence changes", "", users * workload.presence_changes_per_user.per_s, "changes/s", "{} × {} / 3,600 s",
           {users, per_hour}, source);
}

}  // namespace poolcast::limits
