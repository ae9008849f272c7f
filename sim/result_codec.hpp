// A finished replication as bytes, on its way from the process that ran it to the one that asked. Both are the same program on
// the same machine, so the bytes are the machine's own; nothing is stored in this form.
#pragma once

#include <string>
#include <string_view>

#include "domain/fold.hpp"

namespace poolcast::sim {

std::string encode(const ReplicationResult& result);

// Throws std::runtime_error when the bytes end early, are too many or contradict themselves: what a dying process leaves behind.
ReplicationResult decode(std::string_view bytes);

}  // namespace poolcast::sim
