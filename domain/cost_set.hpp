// What each operation costs: named parameters with value, unit, interval and the measurement they came from. The only numbers
// of the model that are not documented facts; `calibration` refits them and no code changes.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "domain/describe.hpp"
#include "domain/units.hpp"

namespace poolcast {

// One number of the model. Files write `{value: 2ms, low: 1ms, high: 4ms, origin: "…"}` or just `2ms` (origin: the scenario).
template <class Value>
struct Parameter {
  Value value{};
  std::optional<Value> low;
  std::optional<Value> high;
  std::string origin;
  bool operator==(const Parameter&) const = default;
};

// What the documented "peak join rate: 10/second" counts; the page does not say (assumption O-1).
enum class JoinRateMeaning { sign_ins, room_joins };
template <>
struct EnumNames<JoinRateMeaning> {
  static constexpr std::array<std::string_view, 2> names{"sign_ins", "room_joins"};
};

struct CostSet {
  std::string name;
  std::string description;
  bool calibrated = false;

  // The pool's gate on sign-ins. 0 means that there is none but the servers themselves.
  Parameter<Rate> join_rate;
  JoinRateMeaning join_rate_meaning = JoinRateMeaning::sign_ins;

  // CPU of a chat server on the reference machine.
  Parameter<Seconds> sign_in_cpu;          // authentication, provisioning and invitation, per endpoint
  Parameter<Seconds> command_cpu;          // getserverinfo, getassociations, getinv
  Parameter<Seconds> batch_join_cpu;       // bjoin, per followed room
  Parameter<Seconds> join_cpu;             // join of one room
  Parameter<Seconds> history_cpu;          // bccontext, fixed part
  Parameter<Seconds> history_message_cpu;  // bccontext, per message returned
  Parameter<Seconds> search_cpu;
  Parameter<Seconds> post_cpu;      // grpchat before the commit
  Parameter<Seconds> forward_cpu;   // one copy of a post from or to another server
  Parameter<Seconds> delivery_cpu;  // one notice to one endpoint
  Parameter<Seconds> roster_cpu;    // one coalesced roster notice to one endpoint

  // Front End servers.
  Parameter<Seconds> front_end_request_cpu;                                                         // one request on its way in
  Parameter<Seconds> front_end_delivery_cpu;                                                        // one notice on its way out
  Parameter<Seconds> presence_poll_cpu;                                                             // one participant polled
  Parameter<Seconds> keep_alive_cpu{.value = Seconds{20e-6}, .low = {}, .high = {}, .origin = {}};  // one ping; O-27

  // Content and compliance database.
  Parameter<Seconds> read_db_cpu;  // a query of a command
  Parameter<Seconds> search_db_cpu;
  Parameter<Seconds> write_db_cpu;   // the transaction of a post
  Parameter<Seconds> log_flush;      // hardening of the log, per group of commits
  Parameter<Seconds> compliance_db;  // storing one event
  Parameter<Bandwidth> redo_rate{.value = {20e6}, .low = {}, .high = {}, .origin = {}};             // one thread; O-10
  Parameter<Seconds> database_open_time{.value = Seconds{3}, .low = {}, .high = {}, .origin = {}};  // after the redo; O-10
  Parameter<Seconds> database_notice_time{
      .value = Seconds{30}, .low = {}, .high = {}, .origin = {}};  // of a silent database; O-11
  Parameter<Seconds> cluster_start_time{
      .value = Seconds{60}, .low = {}, .high = {}, .origin = {}};  // of an instance on another node; O-29

  // What one message takes of a link between two sites: a request, an answer, a notice, a statement; O-25.
  Parameter<Bytes> message_bytes{.value = {2e3}, .low = {}, .high = {}, .origin = {}};

  // Limits and times of a chat server.
  Parameter<Count> workers;                        // requests in progress at the same time
  Parameter<Count> inbound_queue;                  // requests waiting; above it 503 (X-SCOM: error above 100)
  Parameter<Seconds> start_time;                   // start of the service with an empty access list
  Parameter<Seconds> start_time_per_million_aces;  // what loading the access list adds
  Parameter<Bytes> room_memory;                    // memory of one room with its participants
  Parameter<Bytes> endpoint_memory;                // memory of one connection
  bool operator==(const CostSet&) const = default;
};
template <Describes<CostSet> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What the cost set is called in reports.");
  visit("description", self.description, "Where its numbers come from, in a sentence.");
  visit("calibrated", self.calibrated, "Whether it was fitted to a measured server.");
  visit("join_rate", self.join_rate, "How many joins per second one pool admits; 0 for no such gate.", not_negative);
  visit("join_rate_meaning", self.join_rate_meaning, "Whether `join_rate` counts users signing in or single rooms joined.");
  visit("sign_in_cpu", self.sign_in_cpu, "Chat server CPU of authentication, provisioning and invitation, per endpoint.",
        not_negative);
  visit("command_cpu", self.command_cpu, "Chat server CPU of one small command.", not_negative);
  visit("batch_join_cpu", self.batch_join_cpu, "Chat server CPU of a batch join, per followed room.", not_negative);
  visit("join_cpu", self.join_cpu, "Chat server CPU of the join of one room.", not_negative);
  visit("history_cpu", self.history_cpu, "Chat server CPU of a history read, fixed part.", not_negative);
  visit("history_message_cpu", self.history_message_cpu, "Chat server CPU of a history read, per message.", not_negative);
  visit("search_cpu", self.search_cpu, "Chat server CPU of a search.", not_negative);
  visit("post_cpu", self.post_cpu, "Chat server CPU of a post before its commit.", not_negative);
  visit("forward_cpu", self.forward_cpu, "Chat server CPU of one copy of a post sent to, or received from, another server.",
        not_negative);
  visit("delivery_cpu", self.delivery_cpu, "Chat server CPU of one notice to one endpoint.", not_negative);
  visit("roster_cpu", self.roster_cpu, "Chat server CPU of one roster notice to one endpoint.", not_negative);
  visit("front_end_request_cpu", self.front_end_request_cpu, "Front End CPU of one request on its way in.", not_negative);
  visit("front_end_delivery_cpu", self.front_end_delivery_cpu, "Front End CPU of one notice on its way out.", not_negative);
  visit("presence_poll_cpu", self.presence_poll_cpu, "Front End CPU of one participant polled.", not_negative);
  visit("keep_alive_cpu", self.keep_alive_cpu, "Front End CPU of one client's keep-alive.", not_negative);
  visit("read_db_cpu", self.read_db_cpu, "Content database CPU of the query of a command.", not_negative);
  visit("search_db_cpu", self.search_db_cpu, "Content database CPU of a search.", not_negative);
  visit("write_db_cpu", self.write_db_cpu, "Content database CPU of the transaction of a post.", not_negative);
  visit("log_flush", self.log_flush, "Hardening of the log for one group of commits.", not_negative);
  visit("compliance_db", self.compliance_db, "Compliance database time to store one event.", not_negative);
  visit("redo_rate", self.redo_rate, "Log that one thread rolls forward when a mirror takes over.", positive);
  visit("database_open_time", self.database_open_time, "From the end of the redo to a database that is open.", not_negative);
  visit("database_notice_time", self.database_notice_time,
        "Until a chat server notices that its database has fallen silent; a connection that is reset tells at once.",
        not_negative);
  visit("cluster_start_time", self.cluster_start_time,
        "From the decision of a failover cluster to an instance that has started: disks, address and name taken over, service "
        "started. Its databases are recovered after that.",
        not_negative);
  visit("message_bytes", self.message_bytes, "What one message takes of a link between two sites.", not_negative);
  visit("workers", self.workers, "Requests that a chat server works on at the same time.", between(1, 1e6));
  visit("inbound_queue", self.inbound_queue, "Requests that may wait at a chat server; one more is answered with 503.",
        between(0, 1e7));
  visit("start_time", self.start_time, "Start of a chat server with an empty access list.", not_negative);
  visit("start_time_per_million_aces", self.start_time_per_million_aces,
        "What a million access-control entries add to the start.", not_negative);
  visit("room_memory", self.room_memory, "Memory of one room at a chat server.", not_negative);
  visit("endpoint_memory", self.endpoint_memory, "Memory of one connection at a chat server.", not_negative);
}

}  // namespace poolcast
