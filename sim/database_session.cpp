#include "sim/database_session.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolcast::sim {
namespace {

using rules::Member;
using rules::MirroringEvent;
using rules::MirroringRole;
using rules::MirroringState;
using Happens = rules::MirroringEvent::Kind;

// SQL Server's pages do not say how often members ping; "essentially pinging it once per second" (P. Randal, "Why Isn't the
// Mirroring Partner Timeout Working?", 2010).
constexpr Seconds ping_interval{1};

// The cluster under an availability group votes like a witness that is always there.
bool has_cluster(const Database& database) { return database.mode == AvailabilityMode::always_on; }

}  // namespace

DatabaseSession::DatabaseSession(const Database& database, const Settings& settings, Schedule schedule)
    : nodes_{database.principal, rules::is_mirrored(database) ? database.mirror : std::nullopt,
             rules::is_mirrored(database) ? database.witness : std::nullopt},
      settings_(settings),
      timeout_s_(rules::partner_timeout(database).count()),
      schedule_(std::move(schedule)),
      session_(rules::synchronized_session(database.mode != AvailabilityMode::high_performance,
                                           nodes_[2].has_value() || (nodes_[1] && has_cluster(database)))) {
  if (nodes_[1]) return;
  begin_without_mirror();
}

std::optional<Member> DatabaseSession::member(const NodeId& node) const {
  for (const Member each : rules::all_members)
    if (nodes_[index_of(each)] == node) return each;
  return std::nullopt;
}

Member DatabaseSession::principal() const {
  using rules::partner_of;
  const bool second = session_[Member::second].role == MirroringRole::principal &&
                      (session_[Member::first].role != MirroringRole::principal ||
                       session_[Member::second].ballot > session_[Member::first].ballot);
  return second ? Member::second : Member::first;
}

void DatabaseSession::lost(const NodeId& node, LossKind kind, double now) {
  const auto who = member(node);
  if (!who) return;
  if (*who != Member::witness) {
    silent_[index_of(*who)] = kind != LossKind::reset;
    destroyed_[index_of(*who)] |= kind == LossKind::destroyed;
  }
  if (!session_[*who].up) return;
  if (*who != Member::witness && session_[*who].open) to_redo_[index_of(*who)] = since_checkpoint(*who, now);
  apply({Happens::lose, *who}, now);
  for (const Member other : rules::all_members) {
    if (other == *who) continue;
    const bool told = kind == LossKind::reset && session_.linked[rules::link_of(other, *who)];  // no reset crosses a cut
    expect_time_out(other, *who, told ? rules::ErrorKind::hard : rules::ErrorKind::soft, now);
  }
}

void DatabaseSession::returned(const NodeId& node, double now) {
  const auto who = member(node);
  if (!who || session_[*who].up || (*who != Member::witness && destroyed_[index_of(*who)])) return;
  apply({Happens::come_back, *who}, now);
}

void DatabaseSession::disks_destroyed(const NodeId& node) {
  const auto who = member(node);
  if (who && *who != Member::witness) destroyed_[index_of(*who)] = true;
}

void DatabaseSession::pings_late(Member partner, bool late, const std::function<bool(const NodeId&, const NodeId&)>& connected,
                                 double now) {
  late_ = late ? std::optional{partner} : std::nullopt;
  connections_changed(connected, rules::ErrorKind::hard, now);  // the time-out is over by the time that pings are that late
}

void DatabaseSession::connections_changed(const std::function<bool(const NodeId&, const NodeId&)>& connected, double now) {
  connections_changed(connected, rules::ErrorKind::soft, now);
}

void DatabaseSession::connections_changed(const std::function<bool(const NodeId&, const NodeId&)>& connected,
                                          rules::ErrorKind kind, double now) {
  for (const auto& [a, b] : {std::pair{Member::first, Member::second}, std::pair{Member::first, Member::witness},
                             std::pair{Member::second, Member::witness}}) {
    if (!nodes_[index_of(a)] || !nodes_[index_of(b)]) continue;
    const bool linked = connected(*nodes_[index_of(a)], *nodes_[index_of(b)]) && a != late_ && b != late_;
    if (linked == session_.linked[rules::link_of(a, b)]) continue;
    apply({linked ? Happens::heal : Happens::cut, a, b}, now);
    if (linked) continue;
    expect_time_out(a, b, kind, now);
    expect_time_out(b, a, kind, now);
  }
}

// Members ping each other at whole multiples of the interval, so the last ping needs no event. Who is silent already, behind a
// cut, say, is missed no later for a second reason to be silent.
void DatabaseSession::expect_time_out(Member observer, Member observed, rules::ErrorKind kind, double now) {
  if (!session_[observer].up || !session_[observer].sees[index_of(observed)]) return;
  const Seconds since_ping{std::fmod(now, ping_interval.count())};
  const Seconds delay = rules::detection_time(kind, Seconds{timeout_s_}, ping_interval, since_ping);
  const Slot& slot = waiting_[time_out_of(observer, observed)];
  if (slot.waiting && slot.at <= now + delay.count()) return;
  wait(time_out_of(observer, observed), now + delay.count());
}

// Who answers again is missed only after a whole new time-out.
void DatabaseSession::call_off_time_outs() {
  for (const Member observer : rules::all_members)
    for (const Member observed : rules::all_members)
      if (observer != observed && rules::reachable(session_, observer, observed)) call_off(time_out_of(observer, observed));
}

// A recovery ends with a checkpoint.
void DatabaseSession::opened(Member partner, double now) {
  since_checkpoint_ = to_redo_[index_of(partner)] = 0;
  apply({Happens::opened, partner}, now);
}

void DatabaseSession::wait(std::size_t slot, double at) {
  Slot& entry = waiting_[slot];
  entry.waiting = true;
  entry.at = at;
  ++entry.number;
  schedule_(at, entry.number * static_cast<std::uint32_t>(slots) + static_cast<std::uint32_t>(slot));
}

void DatabaseSession::set_bandwidth(double bytes_per_s, double now) {
  settle(now);
  settings_.bytes_per_s = bytes_per_s;
  if (waiting_[catching_up].waiting) wait(catching_up, now + settings_.trip_s + queues_.send / bytes_per_s);
}

void DatabaseSession::hangs(const NodeId& node, bool hung) {
  if (const auto who = member(node)) hung_[index_of(*who)] = hung;
}

std::optional<Member> DatabaseSession::answering() const {
  const auto who = serving();
  return who && hung_[index_of(*who)] ? std::nullopt : who;
}

void DatabaseSession::due(std::uint32_t subject, double now) {
  const std::size_t slot = subject % slots;
  Slot& entry = waiting_[slot];
  if (!entry.waiting || entry.number != subject / slots) return;
  entry.waiting = false;
  if (slot == catching_up) return catch_up(now);
  if (slot >= openings) return opened(rules::partners[slot - openings], now);
  apply({Happens::time_out, rules::all_members[slot / rules::members], rules::all_members[slot % rules::members]}, now);
}

std::string_view DatabaseSession::why_no_principal(const NodeId& node) const {
  if (member(node) == serving()) return "it is the principal";
  if (serving() && !answering()) return "the principal hangs and takes no command";
  return rules::why_no_manual_failover(session_);
}

std::string_view DatabaseSession::why_no_forced_service(const NodeId& node) const {
  const auto who = member(node);
  if (!who || *who == Member::witness) return "it is no partner of the database";
  return rules::why_no_forced_service(session_, *who);
}

std::string_view DatabaseSession::why_no_new_mirror(const NodeId& node) const {
  const auto who = member(node);
  if (!who || *who == Member::witness) return "it is no partner of the database";
  return rules::why_no_new_mirror(session_, *who);
}

std::string_view DatabaseSession::make_principal(const NodeId& node, double now) {
  const std::string_view why_not = why_no_principal(node);
  if (why_not.empty()) apply({Happens::manual_failover}, now);
  return why_not;
}

std::string_view DatabaseSession::force_service(const NodeId& node, double now) {
  const std::string_view why_not = why_no_forced_service(node);
  if (why_not.empty()) apply({Happens::force_service, *member(node)}, now);
  return why_not;
}

std::string_view DatabaseSession::suspend(double now) {
  const std::string_view why_not = why_no_suspension();
  if (why_not.empty()) apply({Happens::suspend, principal()}, now);
  return why_not;
}

std::string_view DatabaseSession::resume(double now) {
  const std::string_view why_not = why_no_resumption();
  if (why_not.empty()) apply({Happens::resume, principal()}, now);
  return why_not;
}

std::string_view DatabaseSession::new_mirror(const NodeId& node, double now) {
  const std::string_view why_not = why_no_new_mirror(node);
  if (!why_not.empty()) return why_not;
  const auto who = member(node);
  session_[*who].hardened = std::min(copied_, session_[principal()].hardened);
  silent_[index_of(*who)] = destroyed_[index_of(*who)] = false;
  apply({Happens::set_up, *who}, now);
  return {};
}

void DatabaseSession::begin_without_mirror() {
  destroyed_[index_of(Member::second)] = true;
  session_ = rules::step(session_, {Happens::lose, Member::second});
  for (const Member observer : {Member::witness, Member::first})
    session_ = rules::step(session_, {Happens::time_out, observer, Member::second});
}

void DatabaseSession::apply(const MirroringEvent& event, double now) {
  settle(now);
  const rules::Session before = session_;
  session_ = rules::step(session_, event);
  call_off_time_outs();
  follow(before, now);
}

// Brings queues and the mirror's log up to date. Between two changes the network takes what it can of the send queue.
void DatabaseSession::settle(double now) {
  const Member from = principal();
  const bool flows = rules::log_flows(session_, from);
  const rules::LogRates rates{.written = 0, .sent = flows ? settings_.bytes_per_s : 0, .redone = settings_.redo_bytes_per_s};
  queues_ = rules::advance(queues_, rates, Seconds{now - settled_});
  settled_ = now;
  if (flows) session_[partner_of(from)].hardened = std::max(session_[partner_of(from)].hardened, arrived(now));
}

// Rows that have left the send queue and crossed the network.
std::uint64_t DatabaseSession::arrived(double now) const {
  const std::uint64_t written = session_[principal()].hardened;
  if (session_[principal()].in_step || settings_.log_bytes_per_row <= 0) return written;
  constexpr double rounding = 1e-6;  // of a row
  const auto unsent = static_cast<std::uint64_t>(std::ceil(queues_.send / settings_.log_bytes_per_row - rounding));
  const std::uint64_t sent = written - std::min(unsent, written);
  const auto crossing =
      std::ranges::find_if(on_the_way_, [&](const Commit& commit) { return commit.at > now - settings_.trip_s; });
  return crossing == on_the_way_.end() ? sent : std::min(sent, crossing->rows_before);
}

void DatabaseSession::committed(std::uint64_t rows, double now) {
  settle(now);
  const Member from = principal();
  const double bytes = static_cast<double>(rows) * settings_.log_bytes_per_row;
  const std::uint64_t rows_before = session_[from].hardened;
  session_[from].hardened += rows;
  acknowledged_ = session_[from].hardened;
  since_checkpoint_ = since_checkpoint(from, now) + bytes;
  last_commit_ = now;
  if (session_[from].in_step) {
    session_[partner_of(from)].hardened = session_[from].hardened;
    queues_.redo += bytes;
    return;
  }
  if (nodes_[1]) queues_.send += bytes;
  while (!on_the_way_.empty() && on_the_way_.front().at <= now - settings_.trip_s) on_the_way_.pop_front();
  on_the_way_.push_back({now, rows_before});
}

void DatabaseSession::follow(const rules::Session& before, double now) {
  for (const Member partner : rules::partners) {
    const bool took_over = session_[partner].role == MirroringRole::principal && before[partner].role == MirroringRole::mirror;
    if (took_over) {
      const std::uint64_t has = session_[partner].hardened;
      lost_rows_ += acknowledged_ - std::min(acknowledged_, has);
      acknowledged_ = std::min(acknowledged_, has);
      queues_.send = 0;
      on_the_way_.clear();
    }
    plan_opening(partner, before, now);
  }
  plan_catching_up(before, now);
}

// Checkpoints are at whole multiples of their interval, and need no event.
double DatabaseSession::since_checkpoint(Member partner, double now) const {
  const double interval = settings_.checkpoint_s[index_of(partner)];
  if (interval == 0 || last_commit_ < std::floor(now / interval) * interval) return 0;
  return since_checkpoint_;
}

// Redo, then open; a principal that restarts in its role redoes what it had written since its last checkpoint when it was lost,
// which its mirror does not know of.
void DatabaseSession::plan_opening(Member partner, const rules::Session& before, double now) {
  const std::size_t slot = openings + index_of(partner);
  const rules::Instance& instance = session_[partner];
  const rules::Instance& other = session_[partner_of(partner)];
  const bool takes_over = instance.role == MirroringRole::principal && !instance.open && rules::has_quorum(session_, partner);
  const bool exchanges = instance.role == MirroringRole::mirror && other.up && other.state == MirroringState::pending_failover;
  if (!instance.up || (!takes_over && !exchanges)) return call_off(slot);
  if (waiting_[slot].waiting) return;
  const bool was_mirror = exchanges || before[partner].role == MirroringRole::mirror;
  const rules::RoleSwitch parts =
      rules::role_switch(Seconds{0}, was_mirror ? queues_.redo : to_redo_[index_of(partner)],
                         {.bytes_per_s = settings_.redo_bytes_per_s, .threads = settings_.redo_threads[index_of(partner)]},
                         Seconds{settings_.open_s});
  wait(slot, now + parts.interruption().count());
}

void DatabaseSession::plan_catching_up(const rules::Session& before, double now) {
  const Member from = principal();
  const bool synchronizing = session_[from].state == MirroringState::synchronizing && rules::log_flows(session_, from);
  if (!synchronizing) return call_off(catching_up);
  const bool begins = before[from].state != MirroringState::synchronizing || !rules::log_flows(before, from) ||
                      before[from].role != MirroringRole::principal;
  if (!begins) return;
  const std::uint64_t behind = session_[from].hardened - std::min(session_[from].hardened, session_[partner_of(from)].hardened);
  queues_.send = static_cast<double>(behind) * settings_.log_bytes_per_row;
  if (before[from].role != MirroringRole::principal || !before[partner_of(from)].up) queues_.redo = 0;
  wait(catching_up, now + settings_.trip_s + queues_.send / settings_.bytes_per_s);
}

// The mirror counts as synchronized once it is no further behind than what is on the way.
void DatabaseSession::catch_up(double now) {
  settle(now);
  const double on_the_way = settings_.bytes_per_s * settings_.trip_s + settings_.log_bytes_per_row;
  if (queues_.send > on_the_way) return wait(catching_up, now + settings_.trip_s + queues_.send / settings_.bytes_per_s);
  queues_.redo += queues_.send;
  queues_.send = 0;
  on_the_way_.clear();
  apply({Happens::caught_up}, now);
}

rules::Acknowledgement DatabaseSession::acknowledgement() const {
  const auto who = serving();
  return who ? rules::acknowledgement(session_, *who) : rules::Acknowledgement::refused;
}

// What was sent can be truncated: a queue that is empty fills no disk, however small.
bool DatabaseSession::log_is_full(double now) {
  const double unsent = queues(now).send;
  return unsent > 0 && unsent >= settings_.log_capacity[index_of(principal())];
}

rules::LogQueues DatabaseSession::queues(double now) {
  settle(now);
  return queues_;
}

std::optional<std::uint64_t> DatabaseSession::unmirrored_rows(double now) {
  settle(now);
  const Member other = partner_of(principal());
  if (!nodes_[index_of(other)] || destroyed_[index_of(other)]) return std::nullopt;
  return acknowledged_ - std::min(acknowledged_, session_[other].hardened);
}

std::uint64_t DatabaseSession::take_lost_rows() { return std::exchange(lost_rows_, 0); }

}  // namespace poolcast::sim
