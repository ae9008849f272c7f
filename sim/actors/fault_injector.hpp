// The actor that breaks and operates things at their dates: it turns hosts off and on, slows links, and tells the model what
// operators do. It lives to the horizon, which keeps SimGrid running.
#pragma once

#include <vector>

#include "domain/scenario.hpp"
#include "sim/chat_model.hpp"
#include "sim/platform.hpp"

namespace poolcast::sim {

class FaultInjector {
public:
  FaultInjector(const Scenario& scenario, Platform& platform, ChatModel& model, const RequestPlane& plane);

  void operator()();  // the actor's body

private:
  struct Action {
    double at = 0;
    const Fault* fault = nullptr;
    bool begins = true;  // or ends
  };
  void wait_for(double date);
  void begin(const Fault& fault);
  void end(const Fault& fault);
  void scale_latency(const Fault& fault, double factor);

  const Scenario& scenario_;
  Platform& platform_;
  ChatModel& model_;
  const RequestPlane& plane_;
  std::vector<const Fault*> drained_;  // that took a server out of the active list, so that their end puts it back
  std::vector<Action> actions_;        // in the order of time; what ends comes before what begins at the same date
};

}  // namespace poolcast::sim
