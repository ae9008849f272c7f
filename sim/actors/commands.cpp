#include "sim/actors/commands.hpp"

#include "domain/preparation.hpp"
#include "domain/runbook_effects.hpp"

namespace poolcast::sim {

double Commands::start_time(const Fault& command) const {
  return starts_servers(command, scenario_.topology) ? model_.start_time() : 0;
}

// Copies are as long as what there is to copy by now.
double Commands::preparation(const Fault& command, RandomStream& random) const {
  double copy = 0;
  if (command.new_mirror) copy = model_.copy_time(*command.new_mirror);
  if (command.new_secondary) copy = model_.secondary_copy_time(*command.new_secondary);
  if (command.restore) copy = model_.restore_time(*command.restore);
  const SecondsRange takes = poolcast::preparation(command, scenario_.topology, Seconds{model_.start_time()}, Seconds{copy});
  return takes.low == takes.high ? takes.low.count() : random.uniform(takes.low.count(), takes.high.count());
}

ChatModel::Refusal Commands::prepare(const Fault& command) {
  if (command.restore) return model_.why_no_restore(*command.restore);
  if (command.new_secondary) return model_.copy_for_secondary(*command.new_secondary);
  if (!command.new_mirror) return {};
  ChatModel::Refusal why = model_.why_no_new_mirror(*command.new_mirror);
  if (why.empty()) model_.copy_for_mirror(*command.new_mirror);
  return why;
}

ChatModel::Refusal Commands::order(const Fault& command) const {
  return command.activate ? model_.why_no_activation(*command.activate) : ChatModel::Refusal();
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
  if (command.new_secondary) return model_.new_secondary(*command.new_secondary, begun);
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
