#include "sim/actors/commands.hpp"

#include <algorithm>

#include "domain/runbook_effects.hpp"

namespace poolcast::sim {

double Commands::start_time(const Fault& command) const {
  bool starts = command.swap || (command.activate && model_.is_standby(*command.activate));
  if (command.set_active) {
    const auto chosen = servers_named(scenario_.topology, *pool_of(scenario_.topology, command), *command.set_active);
    starts = std::ranges::any_of(chosen, [&](const NodeId& server) { return model_.is_standby(server); });
  }
  return starts ? model_.start_time() : 0;
}

double Commands::preparation(const Fault& command, RandomStream& random) const {
  if (command.takes) return random.uniform(command.takes->low.count(), command.takes->high.count());
  if (command.new_mirror) return model_.copy_time(*command.new_mirror);
  if (command.restore) return model_.restore_time(*command.restore);
  const bool front_end = command.fail_over && find_front_end_pool(scenario_.topology, *command.fail_over);
  if (front_end) return random.uniform(front_end_failover.low.count(), front_end_failover.high.count());
  return start_time(command);
}

ChatModel::Refusal Commands::prepare(const Fault& command) {
  if (command.restore) return model_.why_no_restore(*command.restore);
  if (!command.new_mirror) return {};
  ChatModel::Refusal why = model_.why_no_new_mirror(*command.new_mirror);
  if (why.empty()) model_.copy_for_mirror(*command.new_mirror);
  return why;
}

ChatModel::Refusal Commands::give(const Fault& command, const Fault& cause, double begun, bool share_survives) {
  model_.fault_begins(cause);
  if (command.drain) return model_.drain(*command.drain);
  if (command.activate) return model_.activate(*command.activate);
  if (command.swap) return model_.swap(*command.swap);
  if (command.set_active) return model_.set_active(pool_of(scenario_.topology, command)->name, *command.set_active, cause);
  if (command.fail_over && command.to) return model_.fail_over(*command.fail_over, *command.to, cause);
  // In a runbook the mirror is a step of its own.
  if (command.fail_over) return model_.work_on_secondary(*command.fail_over, share_survives, !cause.follow);
  if (command.fail_back && find_front_end_pool(scenario_.topology, *command.fail_back))
    return model_.fail_back(*command.fail_back, cause);
  if (command.fail_back) return model_.work_on_principal(*command.fail_back, false);
  if (command.restore) return model_.restore(*command.restore, begun);
  if (command.make_principal) return model_.make_principal(*command.make_principal);
  if (command.force_service) return model_.force_service(*command.force_service);
  if (command.suspend_mirroring) return model_.suspend_mirroring(*command.suspend_mirroring);
  if (command.resume_mirroring) return model_.resume_mirroring(*command.resume_mirroring);
  if (command.new_mirror) return model_.new_mirror(*command.new_mirror, begun);
  return {};
}

ChatModel::Refusal Commands::undo(const Fault& command, const Fault& cause) {
  if (command.drain) return model_.activate(*command.drain);
  if (command.activate) return model_.drain(*command.activate);
  if (command.swap) return model_.swap(*command.swap);
  if (command.fail_over && command.to) return model_.fail_back(*command.fail_over, cause);
  if (command.fail_over) return model_.work_on_principal(*command.fail_over, true);
  if (command.suspend_mirroring) return model_.resume_mirroring(*command.suspend_mirroring);
  return {};
}

}  // namespace poolcast::sim
