// What breaks or is operated, where, when and for how long.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/cost_set.hpp"
#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/runbook.hpp"
#include "domain/units.hpp"

namespace poolcast {

// How a loss looks from outside: a killed process resets its connections, a lost machine falls silent, and a destroyed one
// comes back without what was on its disks.
enum class LossKind { reset, silent, destroyed };
template <>
struct EnumNames<LossKind> {
  static constexpr std::array<std::string_view, 3> names{"reset", "silent", "destroyed"};
};

// How long operators need to fail a Front End pool over: the documented recovery time objective ("Plan for high availability and
// disaster recovery", Skype for Business Server 2015); deciding on it is not in it.
inline constexpr SecondsRange front_end_failover{Seconds{15 * 60}, Seconds{20 * 60}};

// Exactly one of the verbs `lose` … `follow` is given; the keys behind them say how, when and for how long.
struct Fault {
  Seconds at{0};
  std::optional<Names> lose;
  std::optional<NodeId> lose_disks;
  std::optional<NodeId> drain;
  std::optional<NodeId> activate;
  std::optional<PoolId> swap;
  std::optional<PoolId> fail_over;
  std::optional<NodeId> slow;
  std::optional<NodeId> slow_disk;
  std::optional<NodeId> fill_disk;
  std::optional<NodeId> hang;
  std::optional<PoolId> sync_directory;
  std::vector<SiteId> slow_link;
  std::vector<SiteId> narrow_link;
  std::vector<SiteId> lossy_link;
  std::optional<Names> cut;
  std::optional<NodeId> make_principal;
  std::optional<NodeId> force_service;
  std::optional<NodeId> suspend_mirroring;
  std::optional<NodeId> resume_mirroring;
  std::optional<NodeId> new_mirror;
  std::optional<NodeId> new_secondary;
  std::optional<PoolId> restore;
  std::optional<PoolId> fail_back;
  std::optional<Names> set_active;
  std::optional<Runbook> follow;
  std::optional<PoolId> pool;
  std::optional<Seconds> duration;
  std::optional<Seconds> every;
  std::optional<Count> times;
  std::optional<Parameter<Seconds>> about_every;
  std::optional<Parameter<Seconds>> for_about;
  double factor = 10;
  LossKind kind = LossKind::reset;
  std::optional<PoolId> to;
  std::optional<SecondsRange> takes;
  std::optional<Share> loss;
  Seconds retransmit_after{0.3};  // assumption O-22
  std::optional<Names> away_from;
  bool operator==(const Fault&) const = default;
};
template <Describes<Fault> Self, class Visitor>
// NOLINTNEXTLINE(readability-function-size): a table, one entry per key.
void describe(Self& self, Visitor&& visit) {
  visit("at", self.at, "When, from the scenario's start; of what happens at random, from when on.", required & not_negative);
  visit("lose", self.lose,
        "What is lost: a machine, a Front End pool, a chat pool, a site, or a list of these that are lost together.");
  visit("lose_disks", self.lose_disks,
        "SQL instance that loses its disks for data and log while its machine stays up; of a failover cluster, the storage that "
        "its nodes share. With `kind: destroyed` what was on them is gone.");
  visit("drain", self.drain, "Chat server that leaves the active list; its connections stay.");
  visit("activate", self.activate, "Standby chat server that joins the active list once it has started.");
  visit("swap", self.swap, "Chat pool whose active and standby servers change places in the active list; connections stay.");
  visit("fail_over", self.fail_over,
        "Pool that operators fail over: the users of a Front End pool go to the pool `to`; a chat pool works on its "
        "log-shipping secondary (pool state FailedOver). The end of it is the failback.");
  visit("slow", self.slow, "Server that becomes slower by `factor`.");
  visit("slow_disk", self.slow_disk, "SQL instance whose log disk becomes slower by `factor`.");
  visit("fill_disk", self.fill_disk, "SQL instance whose disk is full: posts are refused, what only reads is answered.");
  visit("hang", self.hang, "Chat server, SQL instance or file store that accepts requests and answers none; its pings go on.");
  visit(
      "sync_directory", self.sync_directory,
      "Chat pool whose directory synchronisation locks tables: statements on its content database take `factor` times as long.");
  visit("slow_link", self.slow_link, "Link whose latency grows by `factor`: its one or two sites.", between(0, 2));
  visit("narrow_link", self.narrow_link, "Link between two sites whose bandwidth shrinks by `factor`.", between(0, 2));
  visit("lossy_link", self.lossy_link, "Link that loses a share `loss` of its packets: its one or two sites.", between(0, 2));
  visit("cut", self.cut, "Machines, pools or sites that no longer reach those of `away_from`, or anything else; all stay up.");
  visit("make_principal", self.make_principal,
        "Mirror that an operator makes principal (manual failover); nothing happens unless the databases are synchronized.");
  visit("force_service", self.force_service,
        "Mirror that an operator makes principal although the principal is gone (forced service); its last log may be lost.");
  visit("suspend_mirroring", self.suspend_mirroring,
        "Partner whose mirroring sessions operators suspend; the end of it resumes them.");
  visit("resume_mirroring", self.resume_mirroring,
        "Partner whose mirroring sessions operators resume, as they must after a forced service.");
  visit("new_mirror", self.new_mirror,
        "Machine that operators make the mirror anew after its disks were lost: a full copy of the principal over the link, then "
        "the log written meanwhile.");
  visit(
      "new_secondary", self.new_secondary,
      "Log-shipping secondary that operators set up anew after its disks were lost: a full copy of the content database over the "
      "link, then the log since.");
  visit("restore", self.restore,
        "Chat pool whose content database operators restore from its last backup to the principal's machine.");
  visit("fail_back", self.fail_back,
        "Pool that operators fail back: the users of a Front End pool return to it; a chat pool works on its own principal again "
        "(pool state Normal).");
  visit("set_active", self.set_active,
        "The new active list of the chat pool: servers, or sites whose servers are meant; `nobody` clears it, which ends all "
        "sessions. Who leaves a list that is not empty keeps its connections.");
  visit("follow", self.follow, "Runbook that operators follow from then on; the time of each step is drawn.");
  visit("pool", self.pool, "Chat pool that `follow` or `set_active` is about; may be left out when there is only one.");
  visit("for", self.duration, "How long; without it, to the end. A lost server accepts connections again at the end of it.",
        positive);
  visit("every", self.every, "It happens again and again, this long from one begin to the next.", positive);
  visit("times", self.times, "How often it happens with `every`; without it, to the end.", between(1, 1e6));
  visit("about_every", self.about_every,
        "It happens at random: the mean time from one end to the next begin (MTBF), exponentially distributed.", positive);
  visit("for_about", self.for_about, "How long on average what happens at random lasts (MTTR), exponentially distributed.",
        positive);
  visit("factor", self.factor, "How many times slower.", positive);
  visit("kind", self.kind,
        "How a loss looks: connections are reset, the machine falls silent, or it is destroyed: silent, and its disks are gone.");
  visit(
      "to", self.to,
      "Front End pool that takes the users of the one that fails over; a runbook may leave it out when there is only one other.");
  visit("takes", self.takes,
        "How long operators need to fail over, to restore or to fill a new mirror or secondary, from `at` on. Without it 15 to "
        "20 min "
        "for a Front End pool, the time of the full copy for `restore`, `new_mirror` and `new_secondary`, and none for a chat "
        "pool, "
        "whose steps a runbook has.",
        not_negative);
  visit("loss", self.loss, "Share of the packets that a lossy link loses, at most half.");
  visit("retransmit_after", self.retransmit_after,
        "How long a sender waits for an acknowledgement before it sends a lost packet again; doubled each time.", positive);
  visit("away_from", self.away_from, "What `cut` separates from; without it, everything else.");
}

// The verbs that are given, as files spell them, in the order above; one when the fault is well formed.
std::vector<std::string_view> verbs_of(const Fault& fault);

// All that there are.
std::vector<std::string_view> all_verbs();

// Whether people do it, who may be refused.
bool is_of_operators(const Fault& fault);

// Whether it is a full copy of a database, which takes as long as that is large.
bool is_full_copy(const Fault& fault);

// What the fault is called in objectives and reports: `lose chat-2`, `slow link north south`, `cut north from south`,
// `follow site-failover`.
std::string label(const Fault& fault);

}  // namespace poolcast
