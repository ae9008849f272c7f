// What all benchmarks share: a process for each measurement, and medians.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace poolcast::bench {

struct ChildResult {
  std::vector<double> numbers;
  double seconds = 0;            // wall clock, the process's start and end included
  double processor_seconds = 0;  // user and system
  double peak_mib = 0;           // most memory resident
};

// Runs `work` in a forked child (SimGrid allows one engine per process) and brings its numbers back; exits 1 when the child
// fails.
ChildResult in_child(const std::function<std::vector<double>()>& work);

// Runs a program to its end with its output thrown away; exits 1 when it cannot be started or fails to end with `status`.
ChildResult run_program(const std::vector<std::string>& command, int status = 0);

double median(std::vector<double> values);

// Seconds since some fixed moment.
double wall_clock();

// Seconds of processor time that this process has used: what a loop costs, whoever else is on the machine.
double processor_clock();

[[noreturn]] void give_up(const std::string& why);

}  // namespace poolcast::bench
