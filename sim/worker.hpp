// One replication in a process of its own: forked, heard through a pipe, killed with its parent.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sim/run.hpp"

namespace poolcast::sim {

using RunFunction = std::function<ReplicationResult(const Scenario&, const RunOptions&)>;

class Worker {
public:
  // Forks. The child runs `run(scenario, options)`, sends its progress and its result and ends; it ignores SIGINT, because the
  // parent decides, and is killed when the parent dies. Throws std::system_error when no process can be had.
  // `replication` is the number that the result gets; an antithetic twin runs under its sibling's number in `options`.
  Worker(const RunFunction& run, const Scenario& scenario, const RunOptions& options, Count replication);
  ~Worker();  // kills the child if it still runs, and waits for its end
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  int descriptor() const { return pipe_; }  // readable: call read()
  Count replication() const { return replication_; }
  double simulated_seconds() const { return simulated_seconds_; }

  // Takes what the pipe holds without waiting; whether the child has ended. Then either result() or failure() is given.
  bool read();
  std::optional<ReplicationResult>& result() { return result_; }
  const std::string& failure() const { return failure_; }  // "replication 3 was killed by signal 11 (Segmentation fault)"

  void kill();  // at once; does not wait

private:
  void take_messages();
  void take_message(char kind, std::string_view body);
  void end();

  Count replication_;
  pid_t process_ = -1;
  int pipe_ = -1;
  std::string received_;
  double simulated_seconds_ = 0;
  std::string complaint_;  // an exception of the run
  std::optional<ReplicationResult> result_;
  std::string failure_;
};

}  // namespace poolcast::sim
