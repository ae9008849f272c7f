// The actor that follows a runbook: does the steps in the order in which the shift comes to them, draws how long each takes when
// it begins, and brings about what it is for. A step that is refused holds up those that wait for it. All of it goes to the
// logbook.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/runbook_schedule.hpp"
#include "domain/scenario.hpp"
#include "sim/actors/commands.hpp"
#include "sim/chat_model.hpp"
#include "sim/request_plane.hpp"
#include "sim/run.hpp"

namespace poolcast::sim {

class Operator {
public:
  // `stream` names the random streams: a step that is added or taken out changes no other.
  Operator(const Scenario& scenario, const Fault& fault, RunOptions options, std::string stream, ChatModel& model,
           const RequestPlane& plane);

  void operator()();  // the actor's body: from now on, to the last step or the horizon
  void finish();      // what is under way at the horizon goes to the logbook

private:
  Situation situation() const;
  Seconds next_date(Seconds now) const;  // at which a step ends or takes effect; infinite when none is under way
  void begin(std::size_t step, Seconds now);
  void give_orders(Seconds now);
  void take_effects(Seconds now);
  void refused(std::size_t step, const std::string& why);
  void enter(std::size_t step, Seconds begins, Seconds ends, EntryKind kind, std::string why);
  Seconds begun(std::size_t step) const { return shift_.steps()[step].start; }

  const Scenario& scenario_;
  const Fault& fault_;
  const Runbook& runbook_;
  const PoolId& pool_;
  RunOptions options_;
  std::string stream_;
  ChatModel& model_;
  Commands commands_;
  const RequestPlane& plane_;
  Shift shift_;
  bool share_survives_ = false;
  rules::SiteLoss log_waiting_;                       // when the runbook was opened
  std::vector<std::optional<Fault>> effects_;         // by step
  std::vector<std::optional<Seconds>> ordered_;       // by step that is under way: when, without starts of servers
  std::vector<std::optional<Seconds>> takes_effect_;  // by step that is under way: when, starts of servers included
};

}  // namespace poolcast::sim
