#include "reference-server/serve/monitor.hpp"

#include <unistd.h>

#include <array>
#include <utility>

#include "domain/io/config_error.hpp"

namespace poolcast::serve {

namespace {

using ops::Command;
using ops::Instant;
using ops::Nanoseconds;

Instant instant(double steady_s) {
  return Instant(std::chrono::duration_cast<Instant::duration>(std::chrono::duration<double>(steady_s)));
}

Nanoseconds nanoseconds(double seconds) { return Nanoseconds(static_cast<Nanoseconds::rep>(seconds * 1e9)); }

template <class Duration>
Nanoseconds nanoseconds(Duration duration) {
  return std::chrono::duration_cast<Nanoseconds>(duration);
}

// XCCOS commands by the words of the rows; what is not listed manages rooms and categories.
constexpr std::array commands{
    std::pair{std::string_view("grpchat"), Command::post},
    std::pair{std::string_view("bccontext"), Command::history},
    std::pair{std::string_view("bcbydate"), Command::history},
    std::pair{std::string_view("bcbymsg"), Command::history},
    std::pair{std::string_view("join"), Command::join},
    std::pair{std::string_view("bjoin"), Command::batch_join},
    std::pair{std::string_view("part"), Command::part},
    std::pair{std::string_view("chansrch"), Command::search},
    std::pair{std::string_view("getserverinfo"), Command::server_info},
    std::pair{std::string_view("getassociations"), Command::associations},
    std::pair{std::string_view("getinv"), Command::invitations},
    std::pair{std::string_view("getpref"), Command::preferences},
    std::pair{std::string_view("setpref"), Command::preferences},
    std::pair{std::string_view("getftok"), Command::file_token},  // as the one reply of both directions
    std::pair{std::string_view("requri"), Command::lookup},
};

Command command_named(std::string_view name) {
  for (const auto& [spelling, command] : commands)
    if (spelling == name) return command;
  return Command::manage;
}

Command command_of(sip::Step step) {
  switch (step) {
    case sip::Step::register_user:
      return Command::register_user;
    case sip::Step::provision:
      return Command::provision;
    case sip::Step::lookup:
      return Command::lookup;
    case sip::Step::open_chat:
      return Command::sign_in;
    case sip::Step::refresh:
      return Command::refresh;
    case sip::Step::sign_out:
      break;
  }
  return Command::sign_out;
}

// 0: there was no answer.
ops::Ending ending_of(int code) {
  if (code == 0) return ops::Ending::lost;
  if (code < 300) return ops::Ending::completed;
  return code == 503 ? ops::Ending::refused : ops::Ending::rejected;
}

std::unique_ptr<ops::Recording> recording_of(const Settings& settings) {
  if (settings.out.empty()) return nullptr;
  if (!settings.scenario)
    throw io::ConfigError({{"", 0, 0, "--out", "a run folder belongs to a scenario; give --scenario and --node"}});
  return std::make_unique<ops::Recording>(ops::RecordingSettings{.folder = settings.out,
                                                                 .scenario = *settings.scenario,
                                                                 .here = {settings.site, settings.pool, settings.node, ""},
                                                                 .start = std::chrono::steady_clock::now()});
}

std::vector<ops::Watched> watched_of(const Settings& settings) {
  std::vector<ops::Watched> watched{{.name = "server", .pid = ::getpid(), .tree = false}};
  if (settings.database) watched.push_back(*settings.database);
  return watched;
}

}  // namespace

Monitor::Monitor(const Settings& settings, ops::Log& log)
    : log_(log),
      registry_({settings.site, settings.pool, settings.node, ""}),
      recording_(recording_of(settings)),
      measurements_(registry_, recording_.get()),
      roster_notices_(registry_.counter(Metric::roster_notices)),
      sampler_(watched_of(settings)),
      host_(registry_, "server") {}

double Monitor::cpu_s() { return std::chrono::duration<double>(ops::thread_cpu_time()).count(); }

void Monitor::performed(const chat::Performed& performed) {
  ops::OperationRecord record;
  record.command = command_named(performed.name);
  record.ending = ending_of(performed.code);
  record.arrived = instant(performed.arrived_s);
  record.inbound_wait = nanoseconds(performed.begun_s - performed.arrived_s);
  record.service = nanoseconds(performed.ended_s - performed.begun_s - performed.store_s);
  record.store = nanoseconds(performed.store_s);
  if (performed.cpu_s >= 0) record.cpu = nanoseconds(performed.cpu_s);
  measurements_.operation(record);
}

void Monitor::served(const sip::Served& request) {
  ops::OperationRecord record;
  record.command = command_of(request.step);
  record.ending = ending_of(request.status);
  record.arrived = instant(request.arrived_s);
  record.inbound_wait = nanoseconds(request.begun_s - request.arrived_s);
  record.service = nanoseconds(request.ended_s - request.begun_s);
  if (request.cpu_s >= 0) record.cpu = nanoseconds(request.cpu_s);
  measurements_.operation(record);
}

void Monitor::shook_hands(const net::Handshake& handshake) {
  measurements_.operation(
      {.command = Command::connect, .arrived = handshake.began, .service = handshake.worked, .cpu = handshake.cpu});
}

void Monitor::served(const files::Served& call) {
  ops::OperationRecord record;
  record.command = Command::file_transfer;
  record.ending = ending_of(call.status);
  record.arrived = call.arrived;
  record.service = call.service;
  record.store = call.away;
  if (call.cpu.count() >= 0) record.cpu = call.cpu;
  measurements_.operation(record);
}

void Monitor::used_disk(const files::DiskUse& use) {
  ops::ReadRecord record{
      .operation = "file", .queue = "disk", .began = use.began, .queue_wait = use.queue_wait, .worked = use.worked};
  if (use.cpu.count() >= 0) record.cpu = use.cpu;
  measurements_.read(record);
}

void Monitor::fanned_out(std::size_t recipients, std::size_t bytes, double began_s, double ended_s) {
  ops::FanOutRecord record;
  record.began = instant(began_s);
  record.recipients = static_cast<std::uint32_t>(recipients);
  record.bytes = static_cast<std::uint32_t>(bytes);
  record.took = nanoseconds(ended_s - began_s);
  measurements_.fan_out(record);
}

void Monitor::roster_sent(std::size_t notices) { roster_notices_.add(notices); }

void Monitor::committed(const store::CommitMeasured& commit) {
  ops::CommitRecord record;
  record.began = std::chrono::steady_clock::now() - nanoseconds(commit.execute + commit.flush);
  record.posts = static_cast<std::uint32_t>(commit.posts);
  record.duplicates = static_cast<std::uint32_t>(commit.duplicates);
  record.events = static_cast<std::uint32_t>(commit.events);
  record.queue_wait_mean = nanoseconds(commit.queue_wait_mean);
  record.queue_wait_max = nanoseconds(commit.queue_wait_max);
  record.statements = nanoseconds(commit.execute);
  record.flush = nanoseconds(commit.flush);
  if (commit.mirror) record.mirror = nanoseconds(*commit.mirror);
  if (commit.cpu) record.cpu = nanoseconds(*commit.cpu);
  record.committed = commit.stored;
  measurements_.commit(record);
}

void Monitor::called(const store::CallMeasured& call) {
  ops::ReadRecord record{.operation = call.operation,
                         .queue = call.queue,
                         .began = std::chrono::steady_clock::now() - nanoseconds(call.execute),
                         .queue_wait = nanoseconds(call.queue_wait),
                         .worked = nanoseconds(call.execute)};
  if (call.cpu) record.cpu = nanoseconds(*call.cpu);
  measurements_.read(record);
}

void Monitor::tick(std::uint64_t posts, std::uint64_t copies) {
  posts_.tick(posts);
  copies_.tick(copies);
  const ops::HostSample sample = sampler_.take();
  const Instant now = std::chrono::steady_clock::now();
  host_.take(sample, now);
  if (!recording_) return;
  recording_->tick(now, registry_, sample);
  if (const auto trouble = recording_->trouble()) log_.error("The run's tables are not written any more.", {{"why", *trouble}});
}

void Monitor::finish() {
  if (!recording_) return;
  try {
    const Instant now = std::chrono::steady_clock::now();
    const ops::HostSample sample = sampler_.take();
    host_.take(sample, now);
    recording_->tick(now, registry_, sample);  // what was counted since the last second ended
    recording_->finish(now);
    log_.info("The run folder is written.");
    if (recording_->dropped() > 0)
      log_.warning("Records were dropped because the disk was too slow.", {{"records", recording_->dropped()}});
  } catch (const std::exception& error) {
    log_.error("The run folder cannot be written.", {{"why", error.what()}});
  }
}

}  // namespace poolcast::serve
