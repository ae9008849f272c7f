// The actor that breaks and operates things at their dates: it turns hosts off and on, slows and cuts links, and tells the model
// what operators do. It lives to the horizon, which keeps SimGrid running.
#pragma once

#include <map>
#include <vector>

#include "domain/random.hpp"
#include "domain/scenario.hpp"
#include "sim/chat_model.hpp"
#include "sim/platform.hpp"
#include "sim/run.hpp"

namespace poolcast::sim {

class FaultInjector {
public:
  // What happens at random has a stream of its own per fault, seeded by the options.
  FaultInjector(const Scenario& scenario, const RunOptions& options, Platform& platform, ChatModel& model,
                const RequestPlane& plane);

  void operator()();  // the actor's body

private:
  struct Action {
    double at = 0;
    std::size_t fault = 0;  // its number in the scenario
    bool begins = true;     // or ends
  };
  void plan(std::size_t number, const RunOptions& options);
  double preparation(const Fault& fault, RandomStream& random) const;
  void wait_for(double date);
  void begin(std::size_t number);
  void end(std::size_t number);
  void lose(const Fault& fault);
  void restore(const Fault& fault);
  void cut(std::size_t number);
  void scale_latency(const Fault& fault, double factor);
  void scale_bandwidth(const Fault& fault, double factor);
  void set_losses(const Fault& fault, const Platform::Losses& losses);

  const Scenario& scenario_;
  Platform& platform_;
  ChatModel& model_;
  const RequestPlane& plane_;
  std::vector<bool> drained_;                 // by fault: it took a server out of the active list, so that its end puts it back
  std::vector<Platform::CutNumber> cuts_;     // by fault: the cut that it made last
  std::map<NodeId, int> reasons_to_be_down_;  // faults may lose one machine under several names
  std::vector<Action> actions_;               // in the order of time; what ends comes before what begins at the same date
};

}  // namespace poolcast::sim
