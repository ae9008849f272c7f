// The users, rooms and memberships of a workload, for `poolcast-admin import` (docs/reference-server.md has the format).
#pragma once

#include <ostream>
#include <string>

#include "domain/membership.hpp"
#include "domain/workload.hpp"

namespace poolcast::loadgen {

// One JSON object a line. Anybody of a room may be drawn to post in it, so in auditoriums everybody is a presenter.
void write_population(std::ostream& out, const Membership& membership, const Workload& workload, const std::string& password);

}  // namespace poolcast::loadgen
