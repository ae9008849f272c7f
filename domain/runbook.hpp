// A runbook: what people do after a disaster, step by step, with how long each step takes, what it waits for and who does it.
// Plain values, as the scenario's; a planner edits them in YAML. domain/runbook_answer.hpp says how long users wait.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/inconsistency.hpp"
#include "domain/units.hpp"

namespace poolcast {

using StepId = Id<struct StepTag>;
using RoleId = Id<struct RoleTag>;

// What a machine works off during a step; the situation says how much there is and how quickly it goes.
enum class MachineWork { copy_log, apply_log, undo, back_up_database, copy_database, restore_database };
template <>
struct EnumNames<MachineWork> {
  static constexpr std::array<std::string_view, 6> names{"copy_log",         "apply_log",     "undo",
                                                         "back_up_database", "copy_database", "restore_database"};
};

// Those who do the steps.
struct Role {
  RoleId name;
  Count on_shift = 1;
  bool operator==(const Role&) const = default;
};
template <Describes<Role> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What steps call these people.", required);
  visit("on_shift", self.on_shift, "How many of them are there; each does one step at a time.", between(1, 1000));
}

// What the machines' part of the steps depends on. Two of these decide everything: a failover works off a backlog of log, a
// failback moves the whole database. What a file does not say, the scenario that follows the runbook knows, at the moment at
// which it is followed; where nobody knows, usual_situation() does.
struct Situation {
  std::optional<Bytes> database{};
  std::optional<Bandwidth> log_rate{};
  std::optional<Bandwidth> wan{};
  std::optional<Bandwidth> backup_speed{};
  std::optional<Bandwidth> restore_speed{};
  std::optional<Bandwidth> redo_speed{};
  std::optional<Bytes> undone{};
  std::optional<Seconds> backup_interval{};
  std::optional<Seconds> copy_interval{};
  std::optional<Seconds> restore_interval{};
  std::optional<Seconds> restore_delay{};
  std::optional<bool> share_survives{};
  bool operator==(const Situation&) const = default;
};
// Shorter intervals than the shortest that SQL Server Agent is used with would only make the sampling long.
inline constexpr Constraint job_interval = between(60, 7 * 86400.0);
template <Describes<Situation> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("database", self.database, "Size of the content database; without it, the scenario's, or 40 GB.", not_negative);
  visit("log_rate", self.log_rate, "How quickly its log grows; without it, what the scenario's users post, or 43.2 KB/s.",
        not_negative);
  visit("wan", self.wan, "Speed of the line between the sites; without it, the scenario's link, or 100 Mb/s.", positive);
  visit("backup_speed", self.backup_speed, "Speed of a backup to a share; without it, 100 MB/s.", positive);
  visit("restore_speed", self.restore_speed, "Speed at which a full backup is restored; without it, 100 MB/s.", positive);
  visit("redo_speed", self.redo_speed,
        "Speed at which log is applied or undone; without it, that of the scenario's costs, or 20 MB/s.", positive);
  visit("undone", self.undone, "Log of unfinished transactions, undone when the database is brought online; without it, 10 MB.",
        not_negative);
  visit("backup_interval", self.backup_interval,
        "How often the log is backed up; without it, the scenario's log shipping, or 15 min; so for the next three.",
        job_interval);
  visit("copy_interval", self.copy_interval, "How often backups are copied to the second site.", job_interval);
  visit("restore_interval", self.restore_interval, "How often copies are restored there.", job_interval);
  visit("restore_delay", self.restore_delay, "How long a copy waits before it is restored; 0 s where nobody says.",
        between(0, 7 * 86400.0));
  visit("share_survives", self.share_survives,
        "Whether the share with the backups outlives the site; without it, yes, but no in a scenario.");
}

// All of it; what no document and no scenario says is ours.
Situation usual_situation();

// What is given, and for the rest what is known.
Situation filled(Situation given, const Situation& known);

// What a step brings about when it is done: one of the verbs of faults, on a machine, pool or site of the topology or on what has
// this part in it: `chat_pool` … `secondary_mirror` of runbook_roles. A runbook of the library fits many topologies that way.
struct Effect {
  std::optional<PoolId> fail_over;
  std::optional<PoolId> fail_back;
  std::optional<PoolId> to;
  std::optional<Names> set_active;
  std::optional<NodeId> activate;
  std::optional<NodeId> drain;
  std::optional<PoolId> swap;
  std::optional<NodeId> make_principal;
  std::optional<NodeId> force_service;
  std::optional<NodeId> suspend_mirroring;
  std::optional<NodeId> resume_mirroring;
  std::optional<NodeId> new_mirror;
  std::optional<NodeId> new_secondary;
  std::optional<PoolId> restore;
  bool operator==(const Effect&) const = default;
};
template <Describes<Effect> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("fail_over", self.fail_over, "`next-hop`, or a Front End pool: its users go to another one; `chat-pool`: FailedOver.");
  visit("fail_back", self.fail_back, "`next-hop`, or a Front End pool; `chat-pool`: pool state Normal.");
  visit("to", self.to, "Front End pool that takes the users; without it, that of the fault, or the only other one.");
  visit("set_active", self.set_active,
        "The new active list: `first-site`, `second-site`, `nobody`, or servers, pools and sites of the topology.");
  visit("activate", self.activate, "Standby chat server that joins the active list.");
  visit("drain", self.drain, "Chat server that leaves the active list.");
  visit("swap", self.swap, "`chat-pool`, or a chat pool: active and standby servers change places.");
  visit("make_principal", self.make_principal, "`mirror`, or the partner that becomes principal.");
  visit("force_service", self.force_service, "`mirror`, or the mirror that is made principal although the principal is gone.");
  visit("suspend_mirroring", self.suspend_mirroring, "`principal`, or a partner whose mirroring is suspended.");
  visit("resume_mirroring", self.resume_mirroring, "`principal`, or a partner whose mirroring is resumed.");
  visit("new_mirror", self.new_mirror,
        "`mirror`, `secondary-mirror`, or the machine that has been filled and becomes the mirror.");
  visit("new_secondary", self.new_secondary, "`secondary`, or the log-shipping secondary that has been filled anew.");
  visit("restore", self.restore, "`chat-pool`, or a chat pool whose content database was restored from its last backup.");
}

// By hand (`takes`, or `median` with `p90`) plus by machine (`machine`); whoever does it is busy for all of it.
struct RunbookStep {
  StepId name;
  std::string does;
  std::optional<RoleId> who;
  std::optional<SecondsRange> takes;
  std::optional<Seconds> median;
  std::optional<Seconds> p90;
  std::vector<MachineWork> machine;
  std::vector<StepId> after;
  std::optional<Effect> then;
  std::string source;
  bool operator==(const RunbookStep&) const = default;
};
template <Describes<RunbookStep> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What other steps call this one.", required);
  visit("does", self.does, "What is done, in a sentence.");
  visit("who", self.who, "Role that does it; without it, it goes on by itself.");
  visit("takes", self.takes, "Time by hand, constant or drawn uniformly.", not_negative);
  visit("median", self.median, "Time by hand, lognormal: half of all cases take at most this; needs `p90`.", positive);
  visit("p90", self.p90, "Nine of ten cases take at most this; needs `median`.", positive);
  visit("machine", self.machine, "What machines work off in this step, one after another.", between(0, 100));
  visit("after", self.after, "Steps that must be done before.", between(0, 200));
  visit("then", self.then, "What it brings about when it is done, in a scenario that follows the runbook.");
  visit("source", self.source, "Where the step is documented.");
}

struct Runbook {
  std::string name;
  std::string question;
  std::vector<Role> people;
  std::optional<Count> shift;
  Situation situation;
  std::vector<RunbookStep> steps;
  std::optional<StepId> out_of_service_from;
  StepId back_in_service_after;
  bool operator==(const Runbook&) const = default;
};
template <Describes<Runbook> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "The runbook in a few words.", required);
  visit("question", self.question, "What it is for, in one sentence.");
  visit("people", self.people, "Who is on shift.", between(0, 100));
  visit("shift", self.shift, "People on shift who can each do every role; counts instead of `on_shift`.", between(1, 1000));
  visit("situation", self.situation, "What the machines' part depends on.");
  visit("steps", self.steps, "What is done; who has a choice takes the earlier of this list.", required & between(1, 200));
  visit("out_of_service_from", self.out_of_service_from,
        "Step with whose start users lose service; without it they have none from the beginning, the loss of the site.");
  visit("back_in_service_after", self.back_in_service_after, "Step with whose end users are served again.", required);
}

// Names that refer to nothing, steps that wait for each other, times that are given twice or not at all.
std::vector<Inconsistency> inconsistencies(const Runbook& runbook);

// The step of that name; the runbook must be consistent.
std::size_t index_of(const Runbook& runbook, const StepId& step);

}  // namespace poolcast
