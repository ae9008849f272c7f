// What differs between SimGrid 3.32 (Debian 12) and 4.x, in one place. Only this header asks for SimGrid's version.
#pragma once

#include <simgrid/s4u.hpp>

// After the others: it does not stand alone in 3.32.
#include <simgrid/version.h>

#include <functional>
#include <string>
#include <vector>

namespace poolcast::sim::compat {

// Settings from outside for a freshly made engine, before its platform: POOLCAST_SIMGRID_CFG holds SimGrid's own `name:value`
// items between commas or spaces, for example `contexts/factory:thread`, which address sanitizer needs.
void configure(simgrid::s4u::Engine& engine);

// Events closer than this are one event to SimGrid; its own default is 1e-9 s.
inline void set_timing_precision(double seconds) {
#if SIMGRID_VERSION >= 33400
  simgrid::s4u::Engine::set_config("precision/timing", seconds);
#else
  simgrid::s4u::Engine::set_config("surf/precision", seconds);
#endif
}

inline simgrid::s4u::NetZone* root_zone(simgrid::s4u::Engine& engine) {
#if SIMGRID_VERSION >= 40000
  return engine.get_netzone_root();
#else
  if (simgrid::s4u::NetZone* root = engine.get_netzone_root()) return root;
  return simgrid::s4u::create_full_zone("root");
#endif
}

inline simgrid::s4u::Host* add_host(simgrid::s4u::NetZone* zone, const std::string& name, double flops_per_s) {
#if SIMGRID_VERSION >= 40000
  return zone->add_host(name, flops_per_s);
#else
  return zone->create_host(name, flops_per_s);
#endif
}

inline simgrid::s4u::Link* add_link(simgrid::s4u::NetZone* zone, const std::string& name, double bytes_per_s) {
#if SIMGRID_VERSION >= 40000
  return zone->add_link(name, bytes_per_s);
#else
  return zone->create_link(name, bytes_per_s);
#endif
}

// In both directions.
inline void add_route(simgrid::s4u::NetZone* zone, simgrid::s4u::Host* from, simgrid::s4u::Host* to,
                      const std::vector<simgrid::s4u::LinkInRoute>& links) {
#if SIMGRID_VERSION >= 40000
  zone->add_route(from, to, links, true);
#else
  zone->add_route(from->get_netpoint(), to->get_netpoint(), nullptr, nullptr, links, true);
#endif
}

inline simgrid::s4u::ActorPtr add_actor(simgrid::s4u::Host* host, const std::string& name, const std::function<void()>& code) {
#if SIMGRID_VERSION >= 40100
  return host->add_actor(name, code);
#elif SIMGRID_VERSION >= 40000
  return simgrid::s4u::Engine::add_actor(name, host, code);
#else
  return simgrid::s4u::Actor::create(name, host, code);
#endif
}

// Called with the host after each turn_on() and turn_off(), also by a profile. Callbacks last as long as the process.
inline void on_host_on_off(const std::function<void(const simgrid::s4u::Host&)>& callback) {
#if SIMGRID_VERSION >= 33400
  simgrid::s4u::Host::on_onoff_cb(callback);
#else
  simgrid::s4u::Host::on_state_change_cb(callback);
#endif
}

inline void on_link_on_off(const std::function<void(const simgrid::s4u::Link&)>& callback) {
#if SIMGRID_VERSION >= 33400
  simgrid::s4u::Link::on_onoff_cb(callback);
#else
  simgrid::s4u::Link::on_state_change_cb(callback);
#endif
}

}  // namespace poolcast::sim::compat
