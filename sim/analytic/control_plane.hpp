// The control plane of a whole topology alone: what fails at random, who notices, who takes over, when operators act. Requests
// are not played; what a loss costs users who reconnect enters as a number (storm_pool.hpp). Decisions about the databases are
// those of domain/rules. Availability is estimated by Monte Carlo over cycles (from everything well to everything well again).
// Who is principal of which database differs from one such moment to the next, so a plain simulation goes from cycle to cycle and
// measures the time; from where it begins each cycle a second one measures what users lose, with importance sampling: failures
// are made as likely as everything else, each as likely as the others, and every cycle carries its likelihood. Goyal,
// Shahabuddin, Heidelberger, Nicola and Glynn, "A unified framework for simulating Markovian models of highly dependable
// systems", IEEE Transactions on Computers 41, 1992 (measure-specific sampling); Shahabuddin, "Importance sampling for the
// simulation of highly reliable Markovian systems", Management Science 40, 1994 (balanced failure biasing). Failures, repairs and
// what machines do within seconds take exponential times; operators take times drawn from a sample.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/units.hpp"
#include "sim/analytic/batch_ratio.hpp"

namespace poolcast::sim::analytic {

// Machines that are lost together, at random: one, a rack, a site; or a network that is cut between two sets of them.
struct Risk {
  std::string label;
  std::vector<std::size_t> machines;
  double failures_per_s = 0;
  double repairs_per_s = 0;
  bool is_site = false;
  bool resets = false;                   // connections end at once, and whoever had one need not wait for a time-out
  bool is_cut = false;                   // all machines stay up, and no longer reach those of `away_from`
  std::vector<std::size_t> away_from{};  // of a cut: the other side
};

// What the downtime of users is due to, in the order in which it is looked for.
enum class Cause : std::uint8_t { runbook, site, network, database, front_end, server, reconnect };
inline constexpr std::array<std::string_view, 7> cause_names{"runbook",   "site",   "network",  "database",
                                                             "front_end", "server", "reconnect"};

struct DatabasePlane {
  std::size_t principal = 0;
  std::optional<std::size_t> mirror, witness, secondary;
  bool full_safety = true;   // without it, high-performance mode: operators force the mirror
  bool has_cluster = false;  // of an availability group: it votes like a witness that is never lost (O-26)
  // SQL Server, "Possible Failures During Database Mirroring": a time-out of 10 s. It runs from the last ping, of one a second,
  // for mirror and witness alike; as in the simulator it is looked at with the next ping, half a second later in the mean.
  Seconds detection{10.5};
};

// User-seconds away for each user of a pool who is there, in the mean over the hours at which it may begin: when everybody has to
// sign in again, and when of so many active servers (first index) so many survive a loss (second one).
struct Surges {
  double of_all_s = 0;
  std::vector<std::vector<double>> of_some_s;
  double unnoticed_s = 0;  // that a client takes longer to notice a silent loss than a reset
};

// How long people take, in seconds; of each list any element is as likely as another.
struct Operators {
  std::vector<double> decision{43 * 60};  // O-15: lognormal with median 30 min and 90th percentile 90 min, a mean of 43 min
  std::vector<double> failover{(43 + 7 * 6.5) * 60};  // of a site, decision included: the outage of a runbook
  // "Front End pool disaster recovery in Skype for Business Server": recovery time 15 to 20 min, after the decision. In the
  // runbook of a site it goes on beside the steps of the database.
  std::vector<double> front_end_failover{17.5 * 60};
  std::vector<double> failback{1.87 * 3600};  // of a site, while nobody is served
};

struct PoolPlane {
  double users = 1;                     // share of all users
  std::vector<std::size_t> servers;     // active chat servers; one that is up serves everybody, if slowly
  std::vector<std::size_t> standby;     // chat servers that operators activate after a site failover
  std::vector<std::size_t> front_ends;  // of the pool's next hop; empty: none can fail
  // Of the other Front End pools, to one of which operators fail over. Whoever signed in through the lost pool signs in anew
  // (O-24).
  std::vector<std::size_t> other_front_ends;
  DatabasePlane content;
  std::optional<DatabasePlane> compliance;
  Surges surges;
  Operators operators;
};

struct ControlPlane {
  std::size_t machines = 0;
  std::vector<Risk> risks;
  std::vector<PoolPlane> pools;

  Seconds opening{3};  // O-10: opening the database once its redo queue, which is near 0 in normal operation, is done
  // Until a mirror that came back has the log it missed: 1.25 GB a day at 24 posts a second and half an hour away, at 20 MB/s
  // (O-10), is seconds; half a minute is for reconnecting and starting as well. Assumption.
  Seconds resynchronise{30};

  // Share of the time, by users, in which they want to be there; of that time unavailability is a share. Losses come at any hour
  // of the day alike and nothing depends on the hour, so that what lasts takes as large a share of it as of the clock's time.
  double wanted = 1;
};

struct AvailabilityOptions {
  double precision = 0.1;  // relative half-width of the 95 % interval of the unavailability
  std::uint64_t seed = 1;
  // The likelihoods of rare ways vary so much that few cycles know their own spread badly.
  std::uint64_t least_cycles = 200'000;
  std::uint64_t most_cycles = 20'000'000;
  // A cycle is long where something is always broken; minutes of one core.
  std::uint64_t most_moves = 300'000'000;
  std::function<bool()> stop_wished;  // asked now and then; what was found until then is the answer
  bool biased = true;                 // importance sampling; without it the plain simulation, an oracle
};

struct Availability {
  Interval unavailable;                                 // share of the time that users want to be there
  std::array<Interval, cause_names.size()> by_cause{};  // the same, adding up to it
  std::vector<Interval> by_pool;                        // share of the time of each pool's users
  std::optional<Interval> compliance;  // share of the time, by users, in which posts wait for their compliance database
  std::uint64_t cycles = 0;
  // Mean of the cycles' likelihood ratios: 1 in the long run, and far from it when rare ways dominate that hardly any cycle took.
  Interval likelihood_ratio{1, 0};
  bool precise = false;      // whether the precision was reached
  bool interrupted = false;  // by stop_wished
};

// The share of time in which none of the risks lasts. The method needs moments in which everything is well, from which to begin
// anew: below the least share it would take longer and longer over fewer and fewer cycles.
double well_share(const ControlPlane& plane);
inline constexpr double least_well_share = 0.01;

Availability estimate_availability(const ControlPlane& plane, const AvailabilityOptions& options);

}  // namespace poolcast::sim::analytic
