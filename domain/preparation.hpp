// How long operators need from an order to its effect, for the simulator, which draws it, and for whoever asks beforehand.
#pragma once

#include "domain/scenario.hpp"

namespace poolcast {

// Whether the command makes standby servers active, which start before they accept anybody.
bool starts_servers(const Fault& command, const Topology& topology);

// Of the databases that the command copies whole, as large as they are at the beginning: what is posted comes on top.
Seconds full_copy(const Fault& command, const Topology& topology);

// When the command does not say it (`takes`): a full copy for `restore`, `new_mirror` and `new_secondary`, 15 to 20 min for a
// Front End pool, the start of standby servers.
SecondsRange preparation(const Fault& command, const Topology& topology, Seconds start_time, Seconds full_copy);

}  // namespace poolcast
