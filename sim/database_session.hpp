// One database and its mirroring session in simulated time: drives the rules of domain/rules (who is principal, when the mirror
// takes over) with dates, and keeps the log that the two partners have. A database without a mirror is a session whose second
// partner never was there. It knows no users and no requests; chat_model_database.cpp asks it who serves.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>

#include "domain/fault.hpp"
#include "domain/rules/commit.hpp"
#include "domain/rules/quorum.hpp"
#include "domain/topology.hpp"

namespace poolcast::sim {

class DatabaseSession {
public:
  struct Settings {
    double redo_bytes_per_s = 20e6;  // of one thread
    double open_s = 3;
    double log_bytes_per_row = 0;
    double bytes_per_s = 125e6;  // of the network between the partners
    // Of each partner: how often it writes what is in memory to the data files; 0: nothing is to be redone when the instance
    // starts anew.
    std::array<double, 2> checkpoint_s{};
    double trip_s = 0;  // from the principal's log to the mirror's log disk and its flush
    std::array<Count, 2> redo_threads{1, 1};
    // Of each partner: bytes that cannot be truncated before the log is full.
    std::array<double, 2> log_capacity{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  };
  // Asks to be called with due() at a date.
  using Schedule = std::function<void(double at, std::uint32_t subject)>;

  DatabaseSession(const Database& database, const Settings& settings, Schedule schedule);

  bool involves(const NodeId& node) const { return member(node).has_value(); }
  std::optional<rules::Member> member(const NodeId& node) const;
  bool has_mirror() const { return nodes_[1].has_value(); }
  const rules::Session& rules() const { return session_; }
  double timeout() const { return timeout_s_; }

  // What happens to it.
  void lost(const NodeId& node, LossKind kind, double now);
  void returned(const NodeId& node, double now);
  void disks_destroyed(const NodeId& node);  // of a partner that is lost
  void connections_changed(const std::function<bool(const NodeId&, const NodeId&)>& connected, double now);
  // A principal whose requests wait longer than the time-out answers pings too late, too: to the others it is gone.
  void pings_late(rules::Member partner, bool late, const std::function<bool(const NodeId&, const NodeId&)>& connected,
                  double now);
  void due(std::uint32_t subject, double now);
  void set_bandwidth(double bytes_per_s, double now);  // of the network between the partners
  void hangs(const NodeId& node, bool hung);           // answers pings and nothing else
  // Why operators cannot do it; empty when they can.
  std::string_view why_no_principal(const NodeId& node) const;
  std::string_view why_no_forced_service(const NodeId& node) const;
  std::string_view why_no_suspension() const { return rules::why_no_suspension(session_); }
  std::string_view why_no_resumption() const { return rules::why_no_resumption(session_); }
  std::string_view why_no_new_mirror(const NodeId& node) const;
  // What operators do; the same reasons, and nothing changes.
  std::string_view make_principal(const NodeId& node, double now);
  std::string_view force_service(const NodeId& node, double now);
  std::string_view suspend(double now);
  std::string_view resume(double now);
  // A full copy of the principal is begun, and becomes the mirror on that machine; what was written meanwhile follows.
  void copy_for_mirror() { copied_ = session_[principal()].hardened; }
  std::string_view new_mirror(const NodeId& node, double now);

  // Before anything has happened: the principal serves and nobody has made it a mirror yet.
  void begin_without_mirror();
  // Every partner was destroyed: nothing but a backup brings the database back.
  bool is_gone() const { return destroyed_[0] && (destroyed_[1] || !nodes_[1]); }

  // Rows were committed and acknowledged by whoever serves.
  void committed(std::uint64_t rows, double now);

  std::optional<rules::Member> serving() const { return rules::who_serves(session_); }
  // Who serves, or did so last.
  const NodeId& principal_node() const { return *nodes_[index_of(principal())]; }
  // What a commit of whoever serves waits for; refused when nobody does.
  rules::Acknowledgement acknowledgement() const;
  // Of those who serve, the one that answers: a hung instance serves as far as mirroring knows.
  std::optional<rules::Member> answering() const;
  bool is_silent(rules::Member partner) const {
    return hung_[index_of(partner)] || (!session_[partner].up && silent_[index_of(partner)]);
  }
  bool log_is_full(double now);
  rules::LogQueues queues(double now);
  // Acknowledged rows that only whoever serves, or did so last, has; nothing when nobody else has any.
  std::optional<std::uint64_t> unmirrored_rows(double now);
  // Acknowledged rows that a take-over found missing, since the last call.
  std::uint64_t take_lost_rows();

private:
  // Everything that is waited for has a slot; a date that was replaced or called off is recognised by its number.
  static constexpr std::size_t time_outs = 9;  // observer × 3 + observed
  static constexpr std::size_t openings = time_outs;
  static constexpr std::size_t catching_up = openings + 2;
  static constexpr std::size_t slots = catching_up + 1;
  struct Slot {
    bool waiting = false;
    std::uint32_t number = 0;
    double at = 0;
  };
  static constexpr std::size_t time_out_of(rules::Member observer, rules::Member observed) {
    return index_of(observer) * rules::members + index_of(observed);
  }

  void apply(const rules::MirroringEvent& event, double now);
  void settle(double now);
  void follow(const rules::Session& before, double now);
  void opened(rules::Member partner, double now);
  void plan_opening(rules::Member partner, const rules::Session& before, double now);
  void plan_catching_up(const rules::Session& before, double now);
  void catch_up(double now);
  void connections_changed(const std::function<bool(const NodeId&, const NodeId&)>& connected, rules::ErrorKind kind, double now);
  void expect_time_out(rules::Member observer, rules::Member observed, rules::ErrorKind kind, double now);
  void call_off_time_outs();
  void wait(std::size_t slot, double at);
  void call_off(std::size_t slot) { waiting_[slot].waiting = false; }
  rules::Member principal() const;
  std::uint64_t arrived(double now) const;
  double since_checkpoint(rules::Member partner, double now) const;

  std::array<std::optional<NodeId>, rules::members> nodes_;
  Settings settings_;
  double timeout_s_;
  Schedule schedule_;
  rules::Session session_;
  rules::LogQueues queues_;  // bytes, at `settled_`
  double settled_ = 0;
  double since_checkpoint_ = 0;  // bytes of log, at `last_commit_`
  double last_commit_ = 0;
  std::array<double, 2> to_redo_{};  // of each partner: bytes of log that it was lost with, until it has opened
  struct Commit {
    double at;
    std::uint64_t rows_before;  // in the principal's log until then
  };
  std::deque<Commit> on_the_way_;  // commits that nobody waited for, the oldest first
  std::uint64_t acknowledged_ = 0;
  std::uint64_t lost_rows_ = 0;
  std::uint64_t copied_ = 0;  // of the principal's log in the copy that was begun last
  std::array<bool, 2> silent_{};
  std::array<bool, rules::members> hung_{};
  std::array<bool, 2> destroyed_{};  // lost with its disks: the partner is no mirror until somebody sets mirroring up anew
  std::optional<rules::Member> late_;
  std::array<Slot, slots> waiting_{};
};

}  // namespace poolcast::sim
