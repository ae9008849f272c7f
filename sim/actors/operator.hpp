// The actor that follows a runbook: draws how long each step takes, does the steps in the order in which the shift comes to them,
// and brings about what they are for. Steps and refusals go to the logbook.
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
  struct Action {
    double at = 0;
    std::size_t step = 0;
    enum class Kind { takes_effect, begins } kind = Kind::begins;  // effects first: a step waits for those before it
  };
  void plan(double now);
  void begin(std::size_t step);
  void take_effect(std::size_t step);
  void refused(std::size_t step, const std::string& why);
  void enter(std::size_t step, double ends, EntryKind kind, std::string why);

  const Scenario& scenario_;
  const Fault& fault_;
  const Runbook& runbook_;
  RunOptions options_;
  std::string stream_;
  ChatModel& model_;
  Commands commands_;
  const RequestPlane& plane_;
  Situation situation_;
  std::vector<std::optional<Fault>> effects_;  // by step
  std::vector<double> begins_;                 // by step
  std::vector<bool> done_;                     // by step
  std::vector<Action> actions_;                // in the order of time
};

}  // namespace poolcast::sim
