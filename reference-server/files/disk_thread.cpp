#include "reference-server/files/disk_thread.hpp"

#include <utility>

namespace poolcast::files {

DiskThread::DiskThread(std::size_t most_waiting, Post post) : most_waiting_(most_waiting), post_(std::move(post)) {
  thread_ = std::thread([this] { run(); });
}

DiskThread::~DiskThread() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool DiskThread::submit(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting_) return false;
    waiting_.push_back(std::move(work));
  }
  changed_.notify_one();
  return true;
}

void DiskThread::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
    if (ends_) return;
    Work work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    post_(work());
    work = nullptr;  // outside of the lock: it may own much
    lock.lock();
  }
}

}  // namespace poolcast::files
