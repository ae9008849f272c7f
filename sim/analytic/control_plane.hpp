// The control plane of one chat pool alone: what fails at random, who notices, who takes over, when operators act. Requests are
// not played; what a loss costs users who reconnect enters as a number from the fluid model. Decisions about the database are
// those of domain/rules. Availability is estimated by Monte Carlo over regenerative cycles (from everything well to everything
// well again) with importance sampling: failures are made as likely as repairs and every cycle carries its likelihood. Goyal,
// Shahabuddin, Heidelberger, Nicola and Glynn, "A unified framework for simulating Markovian models of highly dependable
// systems", IEEE Transactions on Computers 41, 1992; balanced failure biasing: Shahabuddin, "Importance sampling for the
// simulation of highly reliable Markovian systems", Management Science 40, 1994. All times are exponential; of each stay only its
// mean enters. The partners of a mirrored database keep the roles that a failover gave them, so there are two states in which all
// is well; a cycle goes from one of them to one of them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/units.hpp"
#include "sim/analytic/cycle_ratio.hpp"

namespace poolcast::sim::analytic {

// Machines that are lost together, at random: one, a rack, a site.
struct Risk {
  std::string label;
  std::vector<std::size_t> machines;
  double failures_per_s = 0;
  double repairs_per_s = 0;
  bool is_site = false;  // takes machines of more than one role
  bool resets = false;   // connections end at once, and whoever had one need not wait for a time-out
};

// What the downtime of users is due to, in the order in which it is looked for.
enum class Cause : std::uint8_t { runbook, site, database, front_end, server, reconnect };
inline constexpr std::array<std::string_view, 6> cause_names{"runbook", "site", "database", "front_end", "server", "reconnect"};

struct ControlPlane {
  std::size_t machines = 0;
  std::vector<Risk> risks;
  std::vector<std::size_t> servers;     // active chat servers; one that is up serves everybody, if slowly
  std::vector<std::size_t> standby;     // chat servers that operators activate after a site failover
  std::vector<std::size_t> front_ends;  // of the pool's next hop; empty: none can fail
  // Of the other Front End pools, to one of which operators fail over. Whoever signed in through the lost pool signs in anew
  // (O-24).
  std::vector<std::size_t> other_front_ends;
  std::size_t principal = 0;
  std::optional<std::size_t> mirror, witness, secondary;

  // SQL Server, "Possible Failures During Database Mirroring": a time-out of 10 s. It runs from the last ping, of one a second,
  // for mirror and witness alike; as in the simulator it is looked at with the next ping, half a second later in the mean.
  Seconds detection{10.5};
  Seconds opening{3};  // O-10: opening the database once its redo queue, which is near 0 in normal operation, is done
  // Until a mirror that came back has the log it missed: 1.25 GB a day at 24 posts a second and half an hour away, at 20 MB/s
  // (O-10), is seconds; half a minute is for reconnecting and starting as well. Assumption.
  Seconds resynchronise{30};
  // O-15: the decision is lognormal with median 30 min and 90th percentile 90 min, hence a mean of 43 min.
  Seconds decision{43 * 60};
  // O-15: the decision and seven manual steps of 3 to 10 min.
  Seconds runbook{(43 + 7 * 6.5) * 60};
  // "Front End pool disaster recovery in Skype for Business Server": recovery time 15 to 20 min, after the decision. In the
  // runbook of a site it goes on beside the steps of the database.
  Seconds front_end_failover{17.5 * 60};
  // As the runbook site-failback has it: 40 GB are backed up and restored at 100 MB/s and cross a line of 100 Mb/s while nobody
  // is served, and seven steps by hand (O-15). 1.87 h.
  Seconds failback{2 * 40e9 / 100e6 + 8 * 40e9 / 100e6 + 7 * 6.5 * 60};

  // User-seconds away per user of the pool when everybody has to sign in again, and when of so many active servers (first index)
  // so many survive a loss (second one).
  double surge_of_all_s = 0;
  std::vector<std::vector<double>> surge_s;
};

struct AvailabilityOptions {
  double precision = 0.1;  // relative half-width of the 95 % interval of the unavailability
  std::uint64_t seed = 1;
  // The likelihoods of rare ways vary so much that few cycles know their own spread badly; these take half a second.
  std::uint64_t least_cycles = 200'000;
  std::uint64_t most_cycles = 20'000'000;
  std::function<bool()> stop_wished;  // asked now and then; what was found until then is the answer
  bool biased = true;                 // importance sampling; without it the plain simulation, an oracle
};

struct Availability {
  Interval unavailable;                                 // share of users' time
  std::array<Interval, cause_names.size()> by_cause{};  // the same, adding up to it
  std::uint64_t cycles = 0;
  bool precise = false;      // whether the precision was reached
  bool interrupted = false;  // by stop_wished
};

Availability estimate_availability(const ControlPlane& plane, const AvailabilityOptions& options);

}  // namespace poolcast::sim::analytic
