// The commands of operators: how long each takes and what it does to the model. The fault injector gives those of a scenario, an
// operator those of a runbook's steps.
#pragma once

#include <string>

#include "domain/random.hpp"
#include "domain/scenario.hpp"
#include "sim/chat_model.hpp"

namespace poolcast::sim {

class Commands {
public:
  Commands(const Scenario& scenario, ChatModel& model) : scenario_(scenario), model_(model) {}

  // From the order to the effect, when nothing else says how long people and machines need.
  double preparation(const Fault& command, RandomStream& random) const;
  // Of a standby server, which starts after it was ordered to; of nothing else.
  double start_time(const Fault& command) const;

  // The work begins, and the effect comes later; a reason when it is refused at once.
  ChatModel::Refusal prepare(const Fault& command);
  // The order is given, and its effect comes later, as servers have to start; a reason when it is refused at once.
  ChatModel::Refusal order(const Fault& command) const;
  // The effect of work that began at that date; a reason when it is refused. `cause` is the fault that a loss of users is put
  // down to.
  ChatModel::Refusal give(const Fault& command, const Fault& cause, double begun, bool share_survives = false);
  // The end of a command that has one.
  ChatModel::Refusal undo(const Fault& command, const Fault& cause);

private:
  const Scenario& scenario_;
  ChatModel& model_;
};

}  // namespace poolcast::sim
