// A small pool to play with, and look-ups in what a run of it recorded.
#pragma once

#include <string>

#include "domain/fold.hpp"
#include "domain/scenario.hpp"
#include "sim/run.hpp"

namespace poolcast::sim {

// One site, one Front End pool, chat servers chat-1 … chat-4 and the standby chat-5; 1,200 users with 1 or 2 endpoints in small
// and large rooms; ten minutes; no gate on sign-ins; nothing fails.
Scenario small_pool();
Fault lose(const std::string& node, Seconds at, std::optional<Seconds> duration = std::nullopt);

// One replication in a process of its own.
ReplicationResult play(const Scenario& scenario, const RunOptions& options = {});

const Series& series(const ReplicationResult& result, Metric metric, const std::string& node = "", const std::string& part = "");
const Series& series(ReplicationResult&&, Metric, const std::string& = "", const std::string& = "") = delete;  // it would dangle
double total(const ReplicationResult& result, Metric metric, const std::string& node = "", const std::string& part = "");
double level_at(const ReplicationResult& result, Metric metric, std::size_t window, const std::string& node = "");
Histogram latencies(const ReplicationResult& result, Metric metric, const std::string& part = "");
// A value of a metric of kind `once`; -1 when there is none of this name.
double value(const ReplicationResult& result, Metric metric, const std::string& name = "", const std::string& part = "");

}  // namespace poolcast::sim
