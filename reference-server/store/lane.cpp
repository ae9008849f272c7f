#include "reference-server/store/lane.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "domain/ensure.hpp"

namespace poolcast::store {

namespace {

// How often the watchdog looks while something is under way; a deadline is met this much late at worst.
constexpr Milliseconds watch_interval{50};
// So many looks without anything under way, and it sleeps until it is woken: waking it for each batch would cost two changes of
// thread per batch.
constexpr int idle_looks = 40;

using odbc::Connection;
using odbc::Failure;
using odbc::Fault;

struct Worker {
  std::thread thread;
  bool abandoned = false;
  bool connected = false;
  bool exited = false;
  std::size_t generation = 0;             // of the partner it is connected to
  std::optional<Steady::time_point> due;  // of the batch under way
  Tasks batch;
};

Error refusal(const char* why) { return {ErrorCode::unavailable, why, false}; }

}  // namespace

Error error_of(const Failure& failure, bool was_writing) {
  switch (failure.fault()) {
    case Fault::lost:
    case Fault::in_doubt:
      return {ErrorCode::unavailable, "the database is not available", was_writing};
    case Fault::busy:
      return {ErrorCode::unavailable, "the database is busy", false};
    case Fault::full:
      return {ErrorCode::unavailable, "the database has no room", false};
    case Fault::constraint:
      return {ErrorCode::conflict, "it is taken, or it refers to what is not there", false};
    case Fault::data:
      return {ErrorCode::malformed, "the database cannot hold this text", false};
    case Fault::other:
      break;
  }
  return {ErrorCode::internal, "the database refused", false};
}

// Outlives the lane for as long as an abandoned thread hangs in the driver.
struct Lane::State : std::enable_shared_from_this<Lane::State> {
  LaneOptions options;
  std::shared_ptr<Partners> partners;
  Connect connect;
  Work work;
  PostBack post_back;
  Hooks hooks;

  mutable std::mutex mutex;
  std::condition_variable to_idle;     // one notification per request: only who can take it may wait here
  std::condition_variable to_pausing;  // who waits before it connects or tries again
  std::condition_variable to_watchdog;
  std::condition_variable to_owner;
  std::deque<std::shared_ptr<Task>> waiting;
  std::vector<std::shared_ptr<Worker>> workers;  // those in service
  std::vector<std::shared_ptr<Worker>> abandoned;
  std::size_t connecting_first = 0;  // workers that have not yet tried: until then requests wait
  bool away = false;
  bool stopping = false;
  bool watch_ends = false;
  bool watchdog_sleeps = false;
  std::thread watchdog;

  void start_worker();
  void run(const std::shared_ptr<Worker>& worker);
  std::unique_ptr<Connection> reconnect(Worker& worker);
  void serve(Worker& worker, std::unique_ptr<Connection>& connection);
  bool take(Worker& worker, std::unique_lock<std::mutex>& lock);
  bool do_batch(Worker& worker, std::unique_ptr<Connection>& connection, const Tasks& batch);
  bool settle_failure(Worker& worker, Connection& connection, const Failure& failure);
  void do_singly(Worker& worker, Connection& connection);
  void give_up(Worker& worker, const Error& error);
  void lost(Worker& worker);
  void set_away(bool now_away);
  void answer(Tasks tasks, const Error& error) const;
  void warn(const std::string& sentence) const;
  void watch();
  void wake_watchdog();
  void expire(Steady::time_point now);
  void abandon_overdue(Steady::time_point now);
};

void Lane::State::answer(Tasks tasks, const Error& error) const {
  if (tasks.empty()) return;
  post_back([tasks = std::move(tasks), error] {
    for (const auto& task : tasks) task->fail(error);
  });
}

void Lane::State::warn(const std::string& sentence) const {
  if (hooks.warning) post_back([hook = hooks.warning, text = options.name + ": " + sentence] { hook(text); });
}

// All below: with the mutex held unless it says otherwise.

void Lane::State::set_away(bool now_away) {
  if (away == now_away) return;
  away = now_away;
  if (hooks.availability) post_back([hook = hooks.availability, now_away] { hook(!now_away); });
  if (!away) return;
  Tasks refused;
  std::deque<std::shared_ptr<Task>> kept;
  for (auto& task : waiting) (task->keep && !stopping ? static_cast<void>(kept.push_back(task)) : refused.push_back(task));
  waiting = std::move(kept);
  answer(std::move(refused), refusal("the database is not available"));
}

void Lane::State::lost(Worker& worker) {
  worker.connected = false;
  if (std::ranges::none_of(workers, [](const auto& other) { return other->connected; })) set_away(true);
}

// The batch is not to be tried again: what can wait for the database's return goes back to the queue's head.
void Lane::State::give_up(Worker& worker, const Error& error) {
  Tasks refused;
  std::ranges::reverse(worker.batch);
  for (const auto& task : worker.batch) {
    if (task->keep && error.code == ErrorCode::unavailable && !stopping)
      waiting.push_front(task);
    else
      refused.push_back(task);
  }
  std::ranges::reverse(refused);
  worker.batch.clear();
  worker.due.reset();
  answer(std::move(refused), error);
}

void Lane::State::start_worker() {
  auto worker = std::make_shared<Worker>();
  workers.push_back(worker);
  ++connecting_first;
  worker->thread = std::thread([self = shared_from_this(), worker] { self->run(worker); });
}

// Without the mutex. Null when the worker is to end.
std::unique_ptr<Connection> Lane::State::reconnect(Worker& worker) {
  Milliseconds pause = options.first_pause;
  std::minstd_rand jitter(static_cast<std::uint32_t>(std::hash<std::thread::id>{}(std::this_thread::get_id())));
  bool first = true;
  bool told = false;
  while (true) {
    const Partners::Turn turn = partners->current();
    std::unique_ptr<Connection> connection;
    std::string problem;
    try {
      connection = connect(*turn.connection);
    } catch (const Failure& failure) {
      problem = failure.what();
      partners->turn_away_from(turn.generation);
    }
    if (!problem.empty() && !std::exchange(told, true)) warn(problem);
    std::unique_lock lock(mutex);
    if (std::exchange(first, false)) --connecting_first;
    if (worker.abandoned) return nullptr;
    if (connection) {
      worker.generation = turn.generation;
      worker.connected = true;
      set_away(false);
      return connection;
    }
    if (connecting_first == 0) lost(worker);
    if (stopping) return nullptr;
    // Clients of several nodes must not come back in step.
    const auto spread = Milliseconds(jitter() % static_cast<std::uint32_t>(pause.count() / 2 + 1));
    to_pausing.wait_for(lock, pause - pause / 4 + spread, [&] { return stopping || worker.abandoned; });
    if (stopping || worker.abandoned) return nullptr;
    pause = std::min(pause * 2, options.longest_pause);
  }
}

// Without the mutex.
void Lane::State::run(const std::shared_ptr<Worker>& worker) {
  while (true) {
    std::unique_ptr<Connection> connection = reconnect(*worker);
    if (connection) serve(*worker, connection);
    connection.reset();
    const std::scoped_lock lock(mutex);
    if (worker->abandoned || stopping) break;
    // Whoever hears that the database is gone tries the other partner first.
  }
  const std::scoped_lock lock(mutex);
  if (!worker->abandoned && stopping) lost(*worker);
  worker->exited = true;
  to_owner.notify_all();
}

// Waits for work and takes it; false when the worker is to stop or to connect elsewhere.
bool Lane::State::take(Worker& worker, std::unique_lock<std::mutex>& lock) {
  const auto moved = [&] { return partners->generation() != worker.generation; };
  to_idle.wait(lock, [&] { return stopping || worker.abandoned || !waiting.empty() || moved(); });
  if (moved()) worker.connected = false;
  if (worker.abandoned || moved() || waiting.empty()) {
    if (!waiting.empty()) to_idle.notify_one();  // what woke this one is another's to do
    return false;
  }
  const auto now = Steady::now();
  expire(now);
  while (!waiting.empty() && worker.batch.size() < options.largest_batch) {
    worker.batch.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  if (!worker.batch.empty()) {
    // What has waited long is answered the earlier.
    const auto waited = std::min<Steady::duration>(now - worker.batch.front()->queued, options.deadline * 4 / 5);
    worker.due = now + options.deadline - (worker.batch.front()->keep ? Steady::duration{} : waited);
  }
  wake_watchdog();
  return true;
}

// Without the mutex, until the connection is lost or the lane stops.
void Lane::State::serve(Worker& worker, std::unique_ptr<Connection>& connection) {
  while (true) {
    Tasks batch;  // ours: the watchdog may take the worker's own away at any time
    {
      std::unique_lock lock(mutex);
      if (!take(worker, lock)) return;
      if (worker.batch.empty()) continue;
      batch = worker.batch;
    }
    if (!do_batch(worker, connection, batch)) return;
  }
}

// Without the mutex. False when the connection is of no more use.
bool Lane::State::do_batch(Worker& worker, std::unique_ptr<Connection>& connection, const Tasks& batch) {
  std::optional<Failure> failure;
  for (int attempt = 0; attempt < 2; ++attempt) {
    failure.reset();
    try {
      std::function<void()> finish = work(*connection, batch);
      const std::scoped_lock lock(mutex);
      if (worker.abandoned) return false;
      worker.batch.clear();
      worker.due.reset();
      post_back(std::move(finish));
      return true;
    } catch (const Failure& caught) {
      failure = caught;
    }
    const Fault fault = failure->fault();
    if (fault != Fault::busy && !(options.repeatable && (fault == Fault::lost || fault == Fault::in_doubt))) break;
    if (attempt > 0 || fault != Fault::lost) continue;
    // Perhaps only this connection is dead, or the other partner serves already: try once before anybody is refused.
    partners->turn_away_from(worker.generation);
    try {
      const Partners::Turn turn = partners->current();
      connection = connect(*turn.connection);
      const std::scoped_lock lock(mutex);
      worker.generation = turn.generation;
    } catch (const Failure&) {
      break;  // the failure that counts is the first one
    }
  }
  return settle_failure(worker, *connection, *failure);
}

// Without the mutex. False when the connection is of no more use.
bool Lane::State::settle_failure(Worker& worker, Connection& connection, const Failure& failure) {
  const Fault fault = failure.fault();
  if (fault != Fault::constraint && fault != Fault::data) warn(failure.what());  // those are the asker's business
  const bool one_is_bad = fault == Fault::constraint || fault == Fault::data || fault == Fault::other;
  std::unique_lock lock(mutex);
  if (worker.abandoned) return false;
  if (one_is_bad && worker.batch.size() > 1) {
    lock.unlock();
    do_singly(worker, connection);
    lock.lock();
    return !worker.abandoned;
  }
  if (fault == Fault::lost) {
    partners->turn_away_from(worker.generation);
    lost(worker);
  }
  give_up(worker, error_of(failure, options.writes));
  // What was kept would be tried again at once, for ever.
  if (!waiting.empty() && waiting.front()->keep && fault != Fault::lost)
    to_pausing.wait_for(lock, options.first_pause, [&] { return stopping || worker.abandoned; });
  return fault != Fault::lost;
}

// Without the mutex. Something in the batch cannot be stored: find out what, and store the rest.
void Lane::State::do_singly(Worker& worker, Connection& connection) {
  Tasks batch;
  {
    const std::scoped_lock lock(mutex);
    batch = worker.batch;
  }
  for (const auto& task : batch) {
    {
      const std::scoped_lock lock(mutex);
      if (worker.abandoned) return;
      worker.due = Steady::now() + options.deadline;
    }
    std::function<void()> finish;
    try {
      finish = work(connection, std::span(&task, 1));
    } catch (const Failure& failure) {
      finish = [task, error = error_of(failure, options.writes)] { task->fail(error); };
    }
    const std::scoped_lock lock(mutex);
    if (worker.abandoned) return;
    worker.batch.erase(worker.batch.begin());
    post_back(std::move(finish));
  }
  const std::scoped_lock lock(mutex);
  worker.due.reset();
}

void Lane::State::expire(Steady::time_point now) {
  Tasks old;
  // The queue is in the order of arrival, but for what is kept, which has no age.
  for (auto task = waiting.begin(); task != waiting.end();) {
    if ((*task)->keep) {
      ++task;
      continue;
    }
    if (now - (*task)->queued <= options.longest_wait) break;
    old.push_back(std::move(*task));
    task = waiting.erase(task);
  }
  answer(std::move(old), refusal("the database is too slow"));
}

void Lane::State::abandon_overdue(Steady::time_point now) {
  const auto overdue =
      std::ranges::stable_partition(workers, [now](const auto& worker) { return !worker->due || now <= *worker->due; });
  const std::vector<std::shared_ptr<Worker>> late(overdue.begin(), overdue.end());
  workers.erase(overdue.begin(), overdue.end());
  for (const auto& worker : late) {
    warn("a statement took longer than its deadline; its connection is left behind");
    worker->abandoned = true;
    worker->connected = false;
    give_up(*worker, {ErrorCode::unavailable, "the database does not answer", options.writes});
    abandoned.push_back(worker);
    partners->turn_away_from(worker->generation);
    if (!stopping) start_worker();
  }
  if (!late.empty() && std::ranges::none_of(workers, [](const auto& other) { return other->connected; })) set_away(true);
  std::erase_if(abandoned, [](const auto& worker) {
    if (worker->exited) worker->thread.join();  // it has left the mutex or is about to; it takes no other
    return worker->exited;
  });
}

void Lane::State::wake_watchdog() {
  if (std::exchange(watchdog_sleeps, false)) to_watchdog.notify_one();
}

// Without the mutex.
void Lane::State::watch() {
  std::unique_lock lock(mutex);
  for (int idle = 0; !watch_ends;) {
    const bool busy = !waiting.empty() || !abandoned.empty() ||
                      std::ranges::any_of(workers, [](const auto& worker) { return worker->due.has_value(); });
    idle = busy ? 0 : idle + 1;
    if (idle <= idle_looks) {
      to_watchdog.wait_for(lock, watch_interval, [this] { return watch_ends; });
    } else {
      watchdog_sleeps = true;
      to_watchdog.wait(lock, [this] { return watch_ends || !watchdog_sleeps; });
      idle = 0;
    }
    const auto now = Steady::now();
    expire(now);
    abandon_overdue(now);
    if (stopping) to_owner.notify_all();
  }
}

Lane::Lane(LaneOptions options, std::shared_ptr<Partners> partners, Connect connect, Work work, PostBack post_back, Hooks hooks)
    : state_(std::make_shared<State>()) {
  state_->options = std::move(options);
  state_->partners = std::move(partners);
  state_->connect = std::move(connect);
  state_->work = std::move(work);
  state_->post_back = std::move(post_back);
  state_->hooks = std::move(hooks);
  const std::scoped_lock lock(state_->mutex);
  for (std::size_t i = 0; i < state_->options.threads; ++i) state_->start_worker();
  state_->watchdog = std::thread([state = state_.get()] { state->watch(); });
}

Lane::~Lane() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.stopping = true;
  state.to_idle.notify_all();
  state.to_pausing.notify_all();
  // Bounded: a worker that hangs is abandoned at its deadline, and connecting has a time-out of its own.
  state.to_owner.wait(lock,
                      [&] { return std::ranges::all_of(state.workers, [](const auto& worker) { return worker->exited; }); });
  state.answer(Tasks(state.waiting.begin(), state.waiting.end()), refusal("the server stops"));
  state.waiting.clear();
  state.watch_ends = true;
  state.to_watchdog.notify_all();
  lock.unlock();
  state.watchdog.join();
  for (const auto& worker : state.workers) worker->thread.join();
  for (const auto& worker : state.abandoned) {
    lock.lock();
    const bool exited = worker->exited;
    lock.unlock();
    // Nothing can wake a thread that waits inside the driver; it keeps its State and nothing else.
    if (exited)
      worker->thread.join();
    else
      worker->thread.detach();
  }
}

void Lane::submit(std::shared_ptr<Task> task) {
  State& state = *state_;
  task->queued = Steady::now();
  {
    const std::scoped_lock lock(state.mutex);
    if (state.away && !task->keep) return state.answer({std::move(task)}, refusal("the database is not available"));
    if (state.waiting.size() >= state.options.most_waiting)
      return state.answer({std::move(task)}, refusal("too many requests wait for the database"));
    state.waiting.push_back(std::move(task));
    state.wake_watchdog();
  }
  state.to_idle.notify_one();  // who wakes up finds the mutex free
}

void Lane::refuse(std::shared_ptr<Task> task, const Error& error) { state_->answer({std::move(task)}, error); }

bool Lane::available() const {
  const std::scoped_lock lock(state_->mutex);
  return !state_->away;
}

std::size_t Lane::waiting() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->waiting.size();
}

std::size_t Lane::left_behind() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->abandoned.size();
}

}  // namespace poolcast::store
