#include "sim/run.hpp"

#include <algorithm>

#include "domain/ensure.hpp"
#include "sim/actors/fault_injector.hpp"
#include "sim/chat_model.hpp"
#include "sim/platform.hpp"
#include "sim/simgrid_compat.hpp"

namespace poolcast::sim {
namespace {

// SimGrid's signals cannot be disconnected, so one function is connected once and asks who is running.
ChatModel* running = nullptr;

void listen_to_machines() {
  static const bool connected = (compat::on_host_on_off([](const simgrid::s4u::Host& host) {
                                   if (running == nullptr) return;
                                   const NodeId node(host.get_name());
                                   host.is_on() ? running->machine_returned(node) : running->machine_lost(node);
                                 }),
                                 true);
  ensure(connected, "SimGrid's machines are listened to");
}

bool is_chat_server(const Topology& topology, const NodeId& node) {
  for (const ChatPool& pool : topology.chat_pools)
    for (const auto& servers : {pool.active, pool.standby})
      if (std::ranges::find(servers, node) != servers.end()) return true;
  return false;
}

bool is_content_partner(const Topology& topology, const NodeId& node) {
  return std::ranges::any_of(topology.databases, [&](const Database& each) {
    return each.holds == Holds::content && (each.principal == node || each.mirror == node);
  });
}

}  // namespace

std::vector<Inconsistency> not_modelled(const Scenario& scenario) {
  std::vector<Inconsistency> found;
  for (std::size_t number = 0; number < scenario.faults.size(); ++number) {
    const Fault& fault = scenario.faults[number];
    const std::string key = "faults[" + std::to_string(number) + "].";
    if (fault.slow && !is_chat_server(scenario.topology, *fault.slow) && !is_content_partner(scenario.topology, *fault.slow))
      found.push_back({key + "slow", "the simulator does not model a slow " + fault.slow->str() + " yet",
                       "slow a chat server or a partner of the content database"});
  }
  return found;
}

ReplicationResult run(const Scenario& scenario, const RunOptions& options) {
  std::string name = "poolcast";
  std::string quiet = "--log=root.thres:error";
  int argc = 2;
  char* argv[] = {name.data(), quiet.data(), nullptr};
  simgrid::s4u::Engine engine(&argc, argv);
  compat::configure(engine);
  Platform platform(scenario.topology);
  listen_to_machines();
  ChatModel model(scenario, options, platform);
  RequestPlane plane(options.mode, &ChatModel::handle, &model);
  running = &model;
  platform.on_connections_changed([&model] { model.connections_changed(); });
  model.start(plane);
  FaultInjector injector(scenario, options, platform, model, plane);
  compat::add_actor(platform.bench(), "fault injector", [&injector] { injector(); });
  plane.run_until(scenario.horizon.count());
  injector.finish();
  ReplicationResult result = model.finish();
  running = nullptr;
  return result;
}

}  // namespace poolcast::sim
