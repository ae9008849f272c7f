// The machine that a run was measured on, and what processes on it use.
#pragma once

#include "domain/io/run_folder.hpp"

namespace poolcast::loadgen {

// Processor, cores, memory and kernel; what cannot be found out stays empty.
io::Measured describe_machine();

double own_cpu_s();  // user and system time of this process

// Of a process and all that descend from it; zero when it is gone.
struct ProcessUse {
  double cpu_s = 0;         // user and system time, waited-for children included
  double memory_bytes = 0;  // resident
};
ProcessUse use_of(int process);

}  // namespace poolcast::loadgen
