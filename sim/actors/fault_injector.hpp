// The actor that breaks and operates things at their dates: it turns hosts off and on, slows and cuts links, gives the commands
// of operators, and starts operators who follow a runbook. It lives to the horizon, which keeps SimGrid running.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "domain/random.hpp"
#include "domain/scenario.hpp"
#include "sim/actors/commands.hpp"
#include "sim/actors/operator.hpp"
#include "sim/chat_model.hpp"
#include "sim/platform.hpp"
#include "sim/run.hpp"

namespace poolcast::sim {

class FaultInjector {
public:
  // What happens at random has a stream of its own per fault, seeded by the options.
  FaultInjector(const Scenario& scenario, RunOptions options, Platform& platform, ChatModel& model, const RequestPlane& plane);

  void operator()();  // the actor's body
  void finish();      // after the run: closes the logbook

private:
  struct Action {
    enum class Kind { ends, prepares, begins } kind = Kind::begins;  // what ends comes before what begins at the same date
    double at = 0;
    std::size_t fault = 0;  // its number in the scenario
    double ordered = 0;     // when operators set to work
  };
  void plan(std::size_t number);
  std::string stream_of(std::size_t number) const;
  void wait_for(double date);
  void prepare(const Action& action, std::size_t position);
  void command(const Action& action);
  void enter(const Action& action, const std::string& refusal);
  void follow(std::size_t number);
  void begin(std::size_t number);
  void end(std::size_t number);
  void lose(const Fault& fault);
  void restore(const Fault& fault);
  void cut(std::size_t number);
  void scale_latency(const Fault& fault, double factor);
  void scale_bandwidth(const Fault& fault, double factor);

  // What several faults do to one subject holds until the last of them ends. The factors that are left, multiplied.
  double hold(std::string_view verb, const std::string& subject, double factor);
  double release(std::string_view verb, const std::string& subject, double factor);
  void hang(std::size_t number, bool begins);
  void lose_packets(std::size_t number, bool begins);

  const Scenario& scenario_;
  RunOptions options_;
  Platform& platform_;
  ChatModel& model_;
  Commands commands_;
  const RequestPlane& plane_;
  std::vector<bool> undoable_;                        // by fault: its command was not refused, so that its end undoes it
  std::vector<bool> called_off_;                      // by fault: refused when operators set to work, so that nothing comes of it
  std::vector<Platform::CutNumber> cuts_;             // by fault: the cut that it made last
  std::map<NodeId, int> reasons_to_be_down_;          // faults may lose one machine under several names
  std::map<NodeId, int> disks_lost_;                  // faults that take its disks now
  std::map<NodeId, int> disks_filled_;                // faults that fill its disk now
  std::map<NodeId, std::vector<std::size_t>> hangs_;  // faults that hang it now
  std::map<std::pair<SiteNumber, SiteNumber>, std::vector<std::size_t>> lossy_;  // faults that lose its packets now
  std::map<std::pair<std::string_view, std::string>, std::vector<double>> held_;
  std::deque<Operator> operators_;  // an actor keeps a reference to its own
  std::vector<Action> actions_;     // in the order of time
};

}  // namespace poolcast::sim
