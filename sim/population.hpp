// The users and rooms of one chat pool: who is in which room, and whom each server serves. State, not actors: a few bytes
// per user, and per room and server the endpoints to reach.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "domain/workload.hpp"
#include "sim/random.hpp"

namespace poolcast::sim {

using UserNumber = std::uint32_t;
using RoomNumber = std::uint32_t;
using ServerNumber = std::uint16_t;  // within the pool
inline constexpr ServerNumber nowhere = std::numeric_limits<ServerNumber>::max();

class Population {
public:
  // `users` of the workload's users are in this pool, with their share of the rooms. Memberships are drawn from `random`.
  Population(const Workload& workload, Count users, std::size_t servers, RandomStream& random);

  std::uint32_t users() const { return static_cast<std::uint32_t>(server_of_.size()); }
  std::uint32_t rooms() const { return static_cast<std::uint32_t>(class_of_.size()); }
  std::size_t classes() const { return class_begin_.size() - 1; }

  // Rooms of a class are numbered one after another; a class of a small pool may have a single room.
  RoomNumber first_room(std::size_t room_class) const { return class_begin_[room_class]; }
  RoomNumber rooms_of_class(std::size_t room_class) const { return class_begin_[room_class + 1] - class_begin_[room_class]; }
  std::uint8_t class_of(RoomNumber room) const { return class_of_[room]; }
  std::span<const UserNumber> members(RoomNumber room) const;
  std::span<const RoomNumber> rooms_of(UserNumber user) const;

  std::uint8_t endpoints(UserNumber user) const { return endpoints_[user]; }
  ServerNumber server_of(UserNumber user) const { return server_of_[user]; }
  bool connected(UserNumber user) const { return server_of_[user] != nowhere; }

  void connect(UserNumber user, ServerNumber server);
  void disconnect(UserNumber user);

  // Endpoints of a room that a server serves, and users in the room at any server.
  std::uint32_t endpoints_in(RoomNumber room, ServerNumber server) const { return endpoints_in_[room * servers_ + server]; }
  std::uint32_t participants(RoomNumber room) const { return participants_[room]; }

  std::uint32_t connected_users() const { return connected_; }
  std::uint32_t users_of(ServerNumber server) const { return load_[server].users; }
  std::uint32_t endpoints_of(ServerNumber server) const { return load_[server].endpoints; }
  std::uint32_t rooms_at(ServerNumber server) const { return load_[server].rooms; }

private:
  struct Load {
    std::uint32_t users = 0;
    std::uint32_t endpoints = 0;
    std::uint32_t rooms = 0;
  };
  void fill_class(const RoomClass& room_class, double rooms_wanted, RandomStream& random);
  void index_rooms_by_user();

  std::size_t servers_;
  std::vector<RoomNumber> class_begin_{0};
  std::vector<std::uint8_t> class_of_;
  std::vector<std::uint32_t> member_begin_{0};
  std::vector<UserNumber> members_;
  std::vector<std::uint32_t> room_begin_;
  std::vector<RoomNumber> rooms_of_user_;
  std::vector<std::uint8_t> endpoints_;
  std::vector<ServerNumber> server_of_;
  std::vector<std::uint32_t> endpoints_in_;
  std::vector<std::uint32_t> participants_;
  std::vector<Load> load_;
  std::uint32_t connected_ = 0;
};

}  // namespace poolcast::sim
