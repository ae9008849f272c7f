// A small pool to play with, and look-ups in what a run of it recorded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/fold.hpp"
#include "domain/logbook.hpp"
#include "domain/scenario.hpp"
#include "sim/run.hpp"

namespace poolcast::sim {

// One site, one Front End pool, chat servers chat-1 … chat-4 and the standby chat-5; 1,200 users with 1 or 2 endpoints in small
// and large rooms; ten minutes; no gate on sign-ins; nothing fails.
Scenario small_pool();
// The same, sql-m being the mirror of its content database and sql-w the witness; its chat servers give a command so long.
Scenario mirrored_pool(std::optional<Seconds> notice_time = std::nullopt);
Fault at(Seconds when);  // without a verb yet
Fault lose(const std::string& node, Seconds at, std::optional<Seconds> duration = std::nullopt);
Fault destroy(const std::string& node, Seconds at, std::optional<Seconds> duration = std::nullopt);  // the disks as well

// One replication in a process of its own.
ReplicationResult play(const Scenario& scenario, const RunOptions& options = {});

const Series& series(const ReplicationResult& result, Metric metric, const std::string& node = "", const std::string& part = "");
const Series& series(ReplicationResult&&, Metric, const std::string& = "", const std::string& = "") = delete;  // it would dangle
double total(const ReplicationResult& result, Metric metric, const std::string& node = "", const std::string& part = "");
double level_at(const ReplicationResult& result, Metric metric, std::size_t window, const std::string& node = "");
Histogram latencies(const ReplicationResult& result, Metric metric, const std::string& part = "");
// A value of a metric of kind `once`; -1 when there is none of this name.
double value(const ReplicationResult& result, Metric metric, const std::string& name = "", const std::string& part = "");

double messages_stored(const ReplicationResult& result);
double messages_lost(const ReplicationResult& result);
double posts_refused(const ReplicationResult& result);
double downtime(const ReplicationResult& result, const std::string& holds = "content");  // of a database
double stall(const ReplicationResult& result);                                           // of the chat service without it
std::vector<LogbookEntry> entries(const ReplicationResult& result, EntryKind kind);

// Every request is completed, refused, lost or in flight.
void expect_requests_to_be_conserved(const ReplicationResult& result);

}  // namespace poolcast::sim
