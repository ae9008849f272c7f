// Who is in which room: drawn from a workload by both hosts alike, so that a simulated and a real run of one scenario and seed
// have the same rooms with the same people in them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "domain/random.hpp"
#include "domain/workload.hpp"

namespace poolcast {

using UserNumber = std::uint32_t;  // within the chat pool
using RoomNumber = std::uint32_t;  // within the chat pool

class Membership {
public:
  // `users` of the workload's users are in this pool, with their share of the rooms. Everything is drawn from `random`.
  Membership(const Workload& workload, Count users, RandomStream& random);

  std::uint32_t users() const { return static_cast<std::uint32_t>(endpoints_.size()); }
  std::uint32_t rooms() const { return static_cast<std::uint32_t>(class_of_.size()); }
  std::size_t classes() const { return class_begin_.size() - 1; }

  // Rooms of a class are numbered one after another; a class of a small pool may have a single room.
  RoomNumber first_room(std::size_t room_class) const { return class_begin_[room_class]; }
  RoomNumber rooms_of_class(std::size_t room_class) const { return class_begin_[room_class + 1] - class_begin_[room_class]; }
  std::uint8_t class_of(RoomNumber room) const { return class_of_[room]; }
  std::span<const UserNumber> members(RoomNumber room) const;
  std::span<const RoomNumber> rooms_of(UserNumber user) const;

  // Clients that the user runs at the same time; may be none.
  std::uint8_t endpoints(UserNumber user) const { return endpoints_[user]; }

private:
  void fill_class(const RoomClass& room_class, double rooms_wanted, RandomStream& random);
  void index_rooms_by_user();

  std::vector<std::uint8_t> endpoints_;
  std::vector<RoomNumber> class_begin_{0};
  std::vector<std::uint8_t> class_of_;
  std::vector<std::uint32_t> member_begin_{0};
  std::vector<UserNumber> members_;
  std::vector<std::uint32_t> room_begin_;
  std::vector<RoomNumber> rooms_of_user_;
};

// The stream that a pool's membership is drawn from: one name in both hosts.
RandomStream membership_stream(std::uint64_t seed, std::uint64_t replication, std::string_view pool);

}  // namespace poolcast
