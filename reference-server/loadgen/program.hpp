// poolcast-load, apart from main(): tests call it too.
#pragma once

namespace poolcast::loadgen {

// What the program tells its caller: poolcast-sim's codes, and one of its own.
enum ExitCode : int { all_hold = 0, one_fails = 1, bad_input = 2, interrupted = 3, run_failed = 4, run_invalid = 5 };

int run_program(int argc, const char* const* argv);

}  // namespace poolcast::loadgen
