#include "sim/population.hpp"

namespace poolcast::sim {

Population::Population(const Workload& workload, Count users, std::size_t servers, RandomStream& random)
    : Membership(workload, users, random),
      servers_(servers),
      server_of_(static_cast<std::size_t>(users), nowhere),
      endpoints_in_(rooms() * servers, 0),
      participants_(rooms(), 0),
      load_(servers) {}

void Population::connect(UserNumber user, ServerNumber server) {
  server_of_[user] = server;
  ++connected_;
  Load& load = load_[server];
  ++load.users;
  load.endpoints += endpoints(user);
  for (const RoomNumber room : rooms_of(user)) {
    std::uint32_t& there = endpoints_in_[room * servers_ + server];
    if (there == 0) ++load.rooms;
    there += endpoints(user);
    ++participants_[room];
  }
}

void Population::disconnect(UserNumber user) {
  const ServerNumber server = server_of_[user];
  server_of_[user] = nowhere;
  --connected_;
  Load& load = load_[server];
  --load.users;
  load.endpoints -= endpoints(user);
  for (const RoomNumber room : rooms_of(user)) {
    std::uint32_t& there = endpoints_in_[room * servers_ + server];
    there -= endpoints(user);
    if (there == 0) --load.rooms;
    --participants_[room];
  }
}

}  // namespace poolcast::sim
