#include "reference-server/files/disk_thread.hpp"

#include <utility>

namespace poolcast::files {

DiskThread::DiskThread(std::size_t most_waiting, Post post, Watcher* watcher)
    : most_waiting_(most_waiting), post_(std::move(post)), watcher_(watcher) {
  thread_ = std::thread([this] { run(); });
}

DiskThread::~DiskThread() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool DiskThread::submit(Work work) {
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() >= most_waiting_) return false;
    const bool with_cpu = watcher_ != nullptr && watcher_->measures_cpu_now();
    waiting_.push_back({std::move(work), std::chrono::steady_clock::now(), with_cpu});
  }
  changed_.notify_one();
  return true;
}

void DiskThread::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
    if (ends_) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    perform(job);
    job.work = nullptr;  // outside of the lock: it may own much
    lock.lock();
  }
}

void DiskThread::perform(const Job& job) {
  if (watcher_ == nullptr) return post_(job.work());
  DiskUse use{.began = std::chrono::steady_clock::now()};
  use.queue_wait = use.began - job.queued;
  const double cpu_from_s = job.with_cpu ? watcher_->cpu_s() : -1;
  std::function<void()> finish = job.work();
  use.worked = std::chrono::steady_clock::now() - use.began;
  if (job.with_cpu) use.cpu = std::chrono::nanoseconds(static_cast<std::int64_t>((watcher_->cpu_s() - cpu_from_s) * 1e9));
  post_([finish = std::move(finish), use, watcher = watcher_] {
    finish();
    watcher->used_disk(use);
  });
}

}  // namespace poolcast::files
