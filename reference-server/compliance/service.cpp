#include "reference-server/compliance/service.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "reference-server/compliance/adapter.hpp"
#include "reference-server/compliance/relay.hpp"
#include "reference-server/store/partners.hpp"

namespace poolcast::compliance {

namespace {

using Steady = std::chrono::steady_clock;
using store::odbc::Connection;
using store::odbc::Failure;

constexpr std::chrono::seconds pass_interval{1};
constexpr std::chrono::seconds longest_pause{30};  // after failures
constexpr std::chrono::seconds longest_stop{5};    // a thread may hang in the driver of a database that hangs

std::int64_t unix_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

struct Service::State {
  Settings settings;
  std::function<void(const std::string&)> warn;
  mutable std::mutex mutex;
  std::condition_variable to_thread;
  std::condition_variable to_owner;
  std::thread thread;
  ServiceFigures figures;
  bool stopping = false;
  bool ended = false;
  bool run_wanted = false;

  // Only the thread's.
  std::unique_ptr<Connection> content;
  std::unique_ptr<Connection> compliance;
  std::size_t partner = 0;
  Steady::time_point next_run = Steady::now();

  void run();
  bool pass();
  void connect();
  bool run_due();
  void tell(const std::string& sentence);
};

void Service::State::connect() {
  if (!content) {
    const auto& partners = settings.content_connections;
    content = store::connect_durably(partners[partner++ % partners.size()], settings.allow_not_durable, nullptr);
  }
  if (!compliance) compliance = open_compliance(settings.compliance_connection, settings.allow_not_durable);
}

bool Service::State::run_due() {
  const std::scoped_lock lock(mutex);
  return std::exchange(run_wanted, false) || Steady::now() >= next_run;
}

// Nobody is told any more when the owner has gone or is about to.
void Service::State::tell(const std::string& sentence) {
  const std::scoped_lock lock(mutex);
  if (!stopping && warn) warn(sentence);
}

// Whether all went well.
bool Service::State::pass() {
  try {
    connect();
    std::size_t moved = largest_pass;
    while (moved == largest_pass) {
      moved = relay_pass(*content, *compliance);
      const std::scoped_lock lock(mutex);
      figures.relayed += static_cast<std::int64_t>(moved);
      if (stopping) return true;
    }
    if (!run_due()) return true;
    next_run = Steady::now() + settings.run_interval;
    for (std::int64_t events = largest_run; events == largest_run;) {
      const auto done = adapter_run(*compliance, settings, unix_now_ms());
      if (!done) {
        tell("compliance adapter: " + done.error().message);
        next_run = Steady::now();  // again with the next pass
        return false;
      }
      events = done->events;
      const std::scoped_lock lock(mutex);
      figures.exported += events;
      figures.runs += done->run == 0 ? 0 : 1;
    }
    return true;
  } catch (const Failure& failure) {
    tell(std::string("compliance: ") + failure.what());
    content.reset();
    compliance.reset();
    return false;
  }
}

void Service::State::run() {
  std::chrono::seconds pause = pass_interval;
  while (true) {
    const bool well = pass();
    std::unique_lock lock(mutex);
    figures.healthy = well;
    figures.failures += well ? 0 : 1;
    pause = well ? pass_interval : std::min(pause * 2, longest_pause);
    to_thread.wait_for(lock, pause, [this] { return stopping || run_wanted; });
    if (stopping) break;
  }
  content.reset();
  compliance.reset();
  const std::scoped_lock lock(mutex);
  ended = true;
  to_owner.notify_all();
}

Service::Service(Settings settings, std::function<void(const std::string&)> warn) : state_(std::make_shared<State>()) {
  state_->settings = std::move(settings);
  state_->warn = std::move(warn);
  state_->thread = std::thread([state = state_] { state->run(); });
}

Service::~Service() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  state_->to_thread.notify_all();
  const bool ended = state_->to_owner.wait_for(lock, longest_stop, [this] { return state_->ended; });
  lock.unlock();
  // Nothing can wake a thread that waits inside a driver; it keeps its State and nothing else.
  if (ended)
    state_->thread.join();
  else
    state_->thread.detach();
}

void Service::run_now() {
  const std::scoped_lock lock(state_->mutex);
  state_->run_wanted = true;
  state_->to_thread.notify_all();
}

ServiceFigures Service::figures() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->figures;
}

}  // namespace poolcast::compliance
