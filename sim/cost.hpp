// Operation -> work: the only place where a calibrated number enters the model.
#pragma once

#include <array>
#include <cstdint>

#include "domain/operation.hpp"
#include "domain/scenario.hpp"

namespace poolcast::sim {

// What a client asks of a chat server; each is one SIP INFO, except the first ("How Persistent Chat Server works", Lync
// Server 2013).
enum class Command : std::uint8_t {
  sign_in,       // SUBSCRIBE, INVITE
  server_info,   // getserverinfo
  associations,  // getassociations, once as member and once as manager
  batch_join,    // bjoin of all followed rooms
  join,          // join of one room
  latest,        // bccontext with the latest message
  invitations,   // getinv
  history,       // bccontext of an opened room
  search,        // chansrch
  post,          // grpchat
  sign_out,      // BYE
};
inline constexpr std::size_t command_count = 11;

// Mean work in seconds of one core of the reference machine; 0 for none.
struct CommandCost {
  double cpu = 0;
  double database = 0;
};

struct Costs {
  std::array<CommandCost, command_count> commands{};
  double forward = 0;             // one copy of a post to or from another server
  double delivery = 0;            // one notice to one endpoint
  double roster = 0;              // one roster notice to one endpoint
  double front_end_request = 0;   // one request on its way in
  double front_end_delivery = 0;  // one notice on its way out
  double poll = 0;                // one participant polled
  double keep_alive = 0;          // one ping of a client
  double flush = 0;               // the log disk, per group of commits
  double compliance = 0;          // the compliance database, per event
  double gate_spacing = 0;        // between two users that a pool admits; 0 when there is no gate
  double start = 0;               // a chat server, access list included
  double redo = 0;                // bytes of log per second and thread
  double database_open = 0;       // a database that has been rolled forward
  double message_bytes = 0;
  double cluster_start = 0;    // an instance on a node of its cluster
  double database_notice = 0;  // until a chat server notices that its database is silent
  double room_memory = 0;      // bytes
  double endpoint_memory = 0;  // bytes
  std::uint32_t workers = 0;
  std::uint32_t inbound_queue = 0;

  const CommandCost& of(Command command) const { return commands[static_cast<std::size_t>(command)]; }
};

// `access_entries` is what a chat server loads when it starts.
Costs resolve(const Scenario& scenario, double access_entries);

}  // namespace poolcast::sim
