#include "tests/sim/model/play.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "sim/replications.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

template <class Value>
Parameter<Value> given(Value value) {
  return {.value = value, .low = {}, .high = {}, .origin = "test"};
}

CostSet small_costs() {
  CostSet costs;
  costs.name = "test";
  for (auto* parameter : {&costs.sign_in_cpu, &costs.command_cpu, &costs.batch_join_cpu, &costs.join_cpu, &costs.history_cpu,
                          &costs.search_cpu, &costs.post_cpu, &costs.forward_cpu})
    *parameter = given(Seconds{0.004});
  for (auto* parameter : {&costs.history_message_cpu, &costs.delivery_cpu, &costs.roster_cpu, &costs.front_end_request_cpu,
                          &costs.front_end_delivery_cpu, &costs.presence_poll_cpu, &costs.read_db_cpu, &costs.write_db_cpu,
                          &costs.search_db_cpu, &costs.compliance_db})
    *parameter = given(Seconds{0.0005});
  costs.log_flush = given(Seconds{0.004});
  costs.workers = given(Count{32});
  costs.inbound_queue = given(Count{100});
  costs.start_time = given(Seconds{60});
  costs.room_memory = given(Bytes{20e3});
  costs.endpoint_memory = given(Bytes{35e3});
  return costs;
}

Topology small_topology() {
  Topology topology;
  topology.sites = {{.name = SiteId{"north"}}, {.name = SiteId{"south"}}};
  topology.hardware = {{.name = HardwareId{"small"}, .cores = 4}};
  topology.front_end_pools = {{.name = PoolId{"front"}, .site = SiteId{"north"}, .hardware = HardwareId{"small"}}};
  ChatPool pool;
  pool.name = PoolId{"chat"};
  pool.site = SiteId{"north"};
  pool.next_hop = PoolId{"front"};
  pool.active = {NodeId{"chat-1"}, NodeId{"chat-2"}, NodeId{"chat-3"}, NodeId{"chat-4"}};
  pool.standby = {NodeId{"chat-5"}};
  pool.hardware = HardwareId{"small"};
  pool.compliance = true;
  topology.chat_pools = {pool};
  topology.databases = {
      {.holds = Holds::content, .pool = {}, .principal = NodeId{"sql-1"}, .mirror = {}, .witness = {}, .log_shipping = {}},
      {.holds = Holds::compliance, .pool = {}, .principal = NodeId{"sql-2"}, .mirror = {}, .witness = {}, .log_shipping = {}}};
  return topology;
}

}  // namespace

Scenario small_pool() {
  Scenario scenario;
  scenario.name = "small pool";
  scenario.topology = small_topology();
  scenario.workload.users = 1200;
  scenario.workload.reference_users = 1200;
  scenario.workload.room_classes = {
      {.name = "small", .users_per_room = 20, .rooms_per_user = 3, .posts = {2, PostRate::Basis::per_second}},
      {.name = "large", .users_per_room = 400, .rooms_per_user = 1, .posts = {0.5, PostRate::Basis::per_second}}};
  scenario.workload.room_opens_per_user = Rate{10.0 / 3600};
  scenario.workload.searches_per_user = Rate{5.0 / 3600};
  scenario.workload.restarts_per_user = Rate{0};
  scenario.workload.client.first_wait = {Seconds{0}, Seconds{5}};
  scenario.workload.client.backoff = {Seconds{1}, Seconds{10}};
  scenario.costs = small_costs();
  scenario.horizon = 10min;
  return scenario;
}

Scenario mirrored_pool(std::optional<Seconds> notice_time) {
  Scenario scenario = small_pool();
  Database& content = scenario.topology.databases.front();
  content.mirror = NodeId{"sql-m"};
  content.witness = NodeId{"sql-w"};
  content.mode = AvailabilityMode::high_safety;
  if (notice_time) scenario.costs.database_notice_time.value = *notice_time;
  return scenario;
}

Fault at(Seconds when) {
  Fault fault;
  fault.at = when;
  return fault;
}

Fault lose(const std::string& node, Seconds at, std::optional<Seconds> duration) {
  Fault fault;
  fault.at = at;
  fault.lose = NodeId{node};
  fault.duration = duration;
  return fault;
}

Fault destroy(const std::string& node, Seconds at, std::optional<Seconds> duration) {
  Fault fault = lose(node, at, duration);
  fault.kind = LossKind::destroyed;
  return fault;
}

ReplicationResult play(const Scenario& scenario, const RunOptions& options) {
  ReplicationOptions one;
  one.run = options;
  one.replications = 1;
  one.workers = 1;
  ReplicationRun finished = run_replications(scenario, one, run);
  if (finished.results.empty()) throw std::runtime_error(finished.failure.value_or("the run did not end"));
  finished.results.front().peak_memory_bytes = 0;  // the only thing that may differ between two runs
  return std::move(finished.results.front());
}

const Series& series(const ReplicationResult& result, Metric metric, const std::string& node, const std::string& part) {
  const auto found = std::ranges::find_if(result.series, [&](const Series& each) {
    return each.metric == metric && each.place.node == node && each.place.part == part && each.place.pool == "chat";
  });
  if (found == result.series.end())
    throw std::runtime_error("no series " + std::string(row_of(metric).name) + " " + node + " " + part);
  return *found;
}

double total(const ReplicationResult& result, Metric metric, const std::string& node, const std::string& part) {
  double sum = 0;
  for (const Window& window : series(result, metric, node, part).windows) sum += static_cast<double>(window.count);
  return sum;
}

double level_at(const ReplicationResult& result, Metric metric, std::size_t window, const std::string& node) {
  return series(result, metric, node).windows.at(window).mean;
}

Histogram latencies(const ReplicationResult& result, Metric metric, const std::string& part) {
  Histogram merged;
  for (const Window& window : series(result, metric, "", part).windows) merged.merge(window.histogram);
  return merged;
}

double value(const ReplicationResult& result, Metric metric, const std::string& name, const std::string& part) {
  const Series& found = series(result, metric, "", part);
  for (std::size_t number = 0; number < found.values.size(); ++number)
    if (found.value_names[number] == name) return found.values[number];
  return -1;
}

double messages_stored(const ReplicationResult& result) { return total(result, Metric::messages_stored); }
double messages_lost(const ReplicationResult& result) { return total(result, Metric::messages_lost); }
double posts_refused(const ReplicationResult& result) { return total(result, Metric::refusals, "", "post"); }

double downtime(const ReplicationResult& result, const std::string& holds) {
  return value(result, Metric::database_downtime, "", holds);
}

double stall(const ReplicationResult& result) { return value(result, Metric::without_database); }

std::vector<LogbookEntry> entries(const ReplicationResult& result, EntryKind kind) {
  std::vector<LogbookEntry> found;
  std::ranges::copy_if(result.logbook, std::back_inserter(found), [&](const LogbookEntry& each) { return each.kind == kind; });
  return found;
}

void expect_requests_to_be_conserved(const ReplicationResult& result) {
  EXPECT_EQ(total(result, Metric::arrivals), total(result, Metric::completions) + total(result, Metric::refusals) +
                                                 total(result, Metric::requests_lost) +
                                                 value(result, Metric::requests_in_flight));
}

}  // namespace poolcast::sim
