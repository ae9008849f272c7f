// A queue with a limit and threads that serve it, each with a connection of its own, guarded by a watchdog.
//
// A thread inside a driver cannot be stopped: a hung server keeps it for as long as it hangs, and cancelling a write can turn
// "not yet on the mirror" into "success". So a batch that exceeds its deadline is answered, its thread and connection are left
// behind, and another thread starts on a new connection. While no thread has a connection the lane is away and refuses at once.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "reference-server/result.hpp"
#include "reference-server/store/config.hpp"
#include "reference-server/store/odbc.hpp"
#include "reference-server/store/partners.hpp"

namespace poolcast::store {

using Steady = std::chrono::steady_clock;

// One request. Exactly one of the lane's work and fail() answers it.
struct Task {
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task(Task&&) = delete;
  Task& operator=(Task&&) = delete;
  virtual ~Task() = default;
  virtual void fail(const Error& error) = 0;  // runs on the io thread
  Steady::time_point queued{};
  bool keep = false;  // waits for the database's return instead of being refused
};
using Tasks = std::vector<std::shared_ptr<Task>>;

struct LaneOptions {
  std::string name{};
  std::size_t threads = 1;
  std::size_t most_waiting = 1'000;
  std::size_t largest_batch = 1;
  bool writes = false;      // what was under way when the connection died is in doubt
  bool repeatable = false;  // doing it twice is as good as doing it once
  Milliseconds longest_wait{2'000};
  Milliseconds deadline{2'500};
  Milliseconds first_pause{50};
  Milliseconds longest_pause{400};
};

class Lane {
public:
  using PostBack = std::function<void(std::function<void()>)>;
  using Connect = std::function<std::unique_ptr<odbc::Connection>(const std::string& connection_string)>;
  // Does a batch and gives back what answers it, which is posted back. Throws odbc::Failure. What it changes outside the database
  // it must change in that answer: the watchdog may have given the batch up meanwhile.
  using Work = std::function<std::function<void()>(odbc::Connection&, std::span<const std::shared_ptr<Task>>)>;
  struct Hooks {
    std::function<void(bool available)> availability;          // called on the io thread
    std::function<void(const std::string& sentence)> warning;  // the same
  };

  Lane(LaneOptions options, std::shared_ptr<Partners> partners, Connect connect, Work work, PostBack post_back, Hooks hooks = {});
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  Lane(Lane&&) = delete;
  Lane& operator=(Lane&&) = delete;
  ~Lane();  // serves what waits while the database answers

  void submit(std::shared_ptr<Task> task);
  void refuse(std::shared_ptr<Task> task, const Error& error);  // without asking the database
  bool available() const;
  std::size_t waiting() const;
  std::size_t left_behind() const;  // threads that hang in the driver

private:
  struct State;
  std::shared_ptr<State> state_;
};

// What a Failure tells the one who asked.
Error error_of(const odbc::Failure& failure, bool was_writing);

}  // namespace poolcast::store
