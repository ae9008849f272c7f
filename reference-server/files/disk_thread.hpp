// A thread for work that blocks, with a bounded queue.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "reference-server/files/watcher.hpp"

namespace poolcast::files {

class DiskThread {
public:
  // Brings a function to the io thread from any thread.
  using Post = std::function<void(std::function<void()>)>;
  // What a piece of work hands to the io thread when it is done.
  using Work = std::function<std::function<void()>()>;

  DiskThread(std::size_t most_waiting, Post post, Watcher* watcher = nullptr);
  DiskThread(const DiskThread&) = delete;
  DiskThread& operator=(const DiskThread&) = delete;
  ~DiskThread();  // waits for what runs; what waits is dropped

  // False when too many wait.
  bool submit(Work work);

private:
  struct Job {
    Work work;
    Instant queued{};
    bool with_cpu = false;
  };
  void run();
  void perform(const Job& job);

  std::size_t most_waiting_;
  Post post_;
  Watcher* watcher_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace poolcast::files
