// A scenario answered by formula: the same metrics at the same places as a simulation, so that reports, verdicts and comparisons
// read it alike. What a method does not answer is left out. Nothing in it is random; it has one replication and no interval.
#pragma once

#include <vector>

#include "domain/fold.hpp"
#include "domain/scenario.hpp"
#include "sim/analytic/control_plane.hpp"
#include "sim/analytic/surges.hpp"

namespace poolcast::sim::analytic {

// In the long run, with everybody signed in and nothing broken: latencies, rates, utilisation (steady_model.hpp). Every window is
// alike, and the largest value of a level is its mean.
ReplicationResult steady_state(const Scenario& scenario, Seconds window);
std::vector<Inconsistency> steady_state_refusals(const Scenario& scenario);

// Users through losses of chat servers or a morning's sign-ins: who is connected and waits, when they are back, how busy servers
// are (reconnect_storm.hpp). No latencies.
ReplicationResult storm(const Scenario& scenario, Seconds window);
std::vector<Inconsistency> storm_refusals(const Scenario& scenario);

// What estimate_availability() plays of a scenario: its machines, and as risks the losses and cuts that happen at random. What a
// loss costs users who reconnect is what `surges` say, or the fluid model; how long operators of its pools take is for the
// caller.
ControlPlane control_plane_of(const Scenario& scenario, const std::vector<Surge>& surges);
ControlPlane control_plane_of(const Scenario& scenario);
std::vector<Fault> losses_at_random(const Scenario& scenario);               // in the order of the plane's risks
std::vector<Inconsistency> availability_refusals(const Scenario& scenario);  // other than those of runbooks (followed.hpp)

}  // namespace poolcast::sim::analytic
