#include "domain/membership.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace poolcast {
namespace {

// floor(mean) or one more, so that the mean holds.
std::uint32_t whole(double mean, RandomStream& random) {
  const double floor = std::floor(mean);
  return static_cast<std::uint32_t>(floor) + (random.chance(mean - floor) ? 1U : 0U);
}

void shuffle(std::vector<UserNumber>& users, RandomStream& random) {
  for (std::uint32_t left = static_cast<std::uint32_t>(users.size()); left > 1; --left)
    std::swap(users[left - 1], users[random.below(left)]);
}

// Every user once per round in an order of its own, so that each is in as many rooms as the class says. A mean that is not
// whole leaves some users out of the last round.
std::vector<UserNumber> seats(double rooms_per_user, std::uint32_t users, RandomStream& random) {
  std::vector<UserNumber> order(users);
  std::iota(order.begin(), order.end(), 0U);
  std::vector<UserNumber> all;
  const auto total = static_cast<std::size_t>(std::llround(rooms_per_user * users));
  all.reserve(total);
  while (all.size() < total) {
    shuffle(order, random);
    const std::size_t taken = std::min<std::size_t>(users, total - all.size());
    all.insert(all.end(), order.begin(), order.begin() + static_cast<std::ptrdiff_t>(taken));
  }
  return all;
}

}  // namespace

Membership::Membership(const Workload& workload, Count users, RandomStream& random)
    : endpoints_(static_cast<std::size_t>(users)) {
  for (auto& endpoints : endpoints_) endpoints = static_cast<std::uint8_t>(whole(workload.endpoints_per_user, random));
  const double share = static_cast<double>(users) / static_cast<double>(workload.users);
  for (const RoomClass& room_class : workload.room_classes)
    fill_class(room_class, poolcast::rooms(workload, room_class) * share, random);
  index_rooms_by_user();
}

std::span<const UserNumber> Membership::members(RoomNumber room) const {
  return {members_.data() + member_begin_[room], members_.data() + member_begin_[room + 1]};
}

std::span<const RoomNumber> Membership::rooms_of(UserNumber user) const {
  return {rooms_of_user_.data() + room_begin_[user], rooms_of_user_.data() + room_begin_[user + 1]};
}

// Cuts the seats into equal rooms. Where a room spans two rounds, a user could sit in it twice: the later seat is swapped with
// the next one of somebody else.
void Membership::fill_class(const RoomClass& room_class, double rooms_wanted, RandomStream& random) {
  std::vector<UserNumber> all = seats(room_class.rooms_per_user, users(), random);
  const auto count = static_cast<RoomNumber>(all.empty() ? 0 : std::max(1.0, std::ceil(rooms_wanted - 1e-9)));
  std::vector<RoomNumber> seated(users(), std::numeric_limits<RoomNumber>::max());
  std::size_t next = 0;
  for (RoomNumber room = 0; room < count; ++room) {
    const std::size_t end = all.size() * (room + 1) / count;
    for (; next < end; ++next) {
      for (std::size_t other = next + 1; seated[all[next]] == room && other < all.size(); ++other)
        if (seated[all[other]] != room) std::swap(all[next], all[other]);
      if (seated[all[next]] == room) continue;  // nobody else is left: the room is smaller by one
      seated[all[next]] = room;
      members_.push_back(all[next]);
    }
    member_begin_.push_back(static_cast<std::uint32_t>(members_.size()));
    class_of_.push_back(static_cast<std::uint8_t>(class_begin_.size() - 1));
  }
  class_begin_.push_back(rooms());
}

void Membership::index_rooms_by_user() {
  room_begin_.assign(users() + 1U, 0);
  for (const UserNumber user : members_) ++room_begin_[user + 1];
  std::partial_sum(room_begin_.begin(), room_begin_.end(), room_begin_.begin());
  rooms_of_user_.resize(members_.size());
  std::vector<std::uint32_t> next(room_begin_.begin(), room_begin_.end() - 1);
  for (RoomNumber room = 0; room < rooms(); ++room)
    for (const UserNumber user : members(room)) rooms_of_user_[next[user]++] = room;
}

RandomStream membership_stream(std::uint64_t seed, std::uint64_t replication, std::string_view pool) {
  return {seed, replication, "membership " + std::string(pool)};
}

}  // namespace poolcast
