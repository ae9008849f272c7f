// The users and rooms of one chat pool: who is in which room, and whom each server serves. State, not actors: a few bytes
// per user, and per room and server the endpoints to reach.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "domain/membership.hpp"

namespace poolcast::sim {

using ServerNumber = std::uint16_t;  // within the pool
inline constexpr ServerNumber nowhere = std::numeric_limits<ServerNumber>::max();

class Population : public Membership {
public:
  // `users` of the workload's users are in this pool, with their share of the rooms. Memberships are drawn from `random`.
  Population(const Workload& workload, Count users, std::size_t servers, RandomStream& random);

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

  std::size_t servers_;
  std::vector<ServerNumber> server_of_;
  std::vector<std::uint32_t> endpoints_in_;
  std::vector<std::uint32_t> participants_;
  std::vector<Load> load_;
  std::uint32_t connected_ = 0;
};

}  // namespace poolcast::sim
