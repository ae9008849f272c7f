#include "sim/cost.hpp"

namespace poolcast::sim {
namespace {

double seconds(const Parameter<Seconds>& parameter) { return parameter.value.count(); }

// Time between two admissions. When the documented rate counts room joins, one user takes as many as the rooms it follows.
double gate_spacing(const CostSet& costs, const Workload& workload) {
  const double rate = costs.join_rate.value.per_s;
  if (rate <= 0) return 0;
  return (costs.join_rate_meaning == JoinRateMeaning::room_joins ? rooms_per_user(workload) : 1) / rate;
}

std::array<CommandCost, command_count> commands(const CostSet& costs, const Workload& workload) {
  std::array<CommandCost, command_count> table{};
  const auto set = [&](Command command, double cpu, double database) {
    table[static_cast<std::size_t>(command)] = {cpu, database};
  };
  const double small = seconds(costs.command_cpu);
  const double read = seconds(costs.read_db_cpu);
  const double message = seconds(costs.history_message_cpu);
  set(Command::sign_in, seconds(costs.sign_in_cpu), read);
  set(Command::server_info, small, 0);
  set(Command::associations, small, read);
  set(Command::batch_join, seconds(costs.batch_join_cpu) * rooms_per_user(workload), read);
  set(Command::join, seconds(costs.join_cpu), read);
  // The latest message and the usual history come from the server's memory (O-13, S-OPT).
  set(Command::latest, seconds(costs.history_cpu) + message, 0);
  set(Command::invitations, small, read);
  set(Command::history, seconds(costs.history_cpu) + message * static_cast<double>(workload.history_messages), 0);
  set(Command::search, seconds(costs.search_cpu), seconds(costs.search_db_cpu));
  set(Command::post, seconds(costs.post_cpu), seconds(costs.write_db_cpu));
  set(Command::sign_out, small, 0);
  return table;
}

}  // namespace

Costs resolve(const Scenario& scenario, double access_entries) {
  const CostSet& costs = scenario.costs;
  Costs resolved;
  resolved.commands = commands(costs, scenario.workload);
  resolved.forward = seconds(costs.forward_cpu);
  resolved.delivery = seconds(costs.delivery_cpu);
  resolved.roster = seconds(costs.roster_cpu);
  resolved.front_end_request = seconds(costs.front_end_request_cpu);
  resolved.front_end_delivery = seconds(costs.front_end_delivery_cpu);
  resolved.poll = seconds(costs.presence_poll_cpu);
  resolved.keep_alive = seconds(costs.keep_alive_cpu);
  resolved.flush = seconds(costs.log_flush);
  resolved.compliance = seconds(costs.compliance_db);
  resolved.gate_spacing = gate_spacing(costs, scenario.workload);
  resolved.start = seconds(costs.start_time) + seconds(costs.start_time_per_million_aces) * access_entries / 1e6;
  resolved.redo = costs.redo_rate.value.bytes_per_s;
  resolved.database_open = seconds(costs.database_open_time);
  resolved.cluster_start = seconds(costs.cluster_start_time);
  resolved.database_notice = seconds(costs.database_notice_time);
  resolved.message_bytes = costs.message_bytes.value.count;
  resolved.room_memory = costs.room_memory.value.count;
  resolved.endpoint_memory = costs.endpoint_memory.value.count;
  resolved.workers = static_cast<std::uint32_t>(costs.workers.value);
  resolved.inbound_queue = static_cast<std::uint32_t>(costs.inbound_queue.value);
  return resolved;
}

}  // namespace poolcast::sim
