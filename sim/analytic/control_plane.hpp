// The control plane of one chat pool alone: what fails at random, who notices, who takes over, when operators act. Requests are
// not played; what a loss costs users who reconnect enters as a number from the fluid model. Decisions about the database are
// those of domain/rules. Availability is estimated by Monte Carlo over regenerative cycles (from everything well to everything
// well again) with importance sampling: failures are made as likely as repairs and every cycle carries its likelihood. Goyal,
// Shahabuddin, Heidelberger, Nicola and Glynn, "A unified framework for simulating Markovian models of highly dependable
// systems", IEEE Transactions on Computers 41, 1992; balanced failure biasing: Shahabuddin, "Importance sampling for the
// simulation of highly reliable Markovian systems", Management Science 40, 1994. All times are exponential; of each stay only its
// mean enters.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/units.hpp"

namespace poolcast::sim::analytic {

// Machines that are lost together, at random: one, a rack, a site.
struct Risk {
  std::string label;
  std::vector<std::size_t> machines;
  double failures_per_s = 0;
  double repairs_per_s = 0;
  bool is_site = false;  // takes machines of more than one role
};

// What the downtime of users is due to, in the order in which it is looked for.
enum class Cause : std::uint8_t { runbook, site, database, front_end, server, reconnect };
inline constexpr std::array<std::string_view, 6> cause_names{"runbook", "site", "database", "front_end", "server", "reconnect"};

struct ControlPlane {
  std::size_t machines = 0;
  std::vector<Risk> risks;
  std::vector<std::size_t> servers;     // active chat servers; one that is up serves everybody, if slowly
  std::vector<std::size_t> standby;     // chat servers that operators activate after a site failover
  std::vector<std::size_t> front_ends;  // empty: none can fail
  std::size_t principal = 0;
  std::optional<std::size_t> mirror, witness, secondary;

  // SQL Server, "Possible Failures During Database Mirroring": a time-out of 10 s.
  Seconds detection{10};
  Seconds opening{3};  // O-10: opening the database once its redo queue, which is near 0 in normal operation, is done
  // Until a mirror that came back has the log it missed: 1.25 GB a day at 24 posts a second and half an hour away, at 20 MB/s
  // (O-10), is seconds; half a minute is for reconnecting and starting as well. Assumption.
  Seconds resynchronise{30};
  // O-15: the decision is lognormal with median 30 min and 90th percentile 90 min, hence a mean of 43 min.
  Seconds decision{43 * 60};
  // O-15: the decision and seven manual steps of 3 to 10 min.
  Seconds runbook{(43 + 7 * 6.5) * 60};
  // Backup, copy and restore of the whole database while nobody is served: 60 GB at 20 MB/s and seven steps. Assumption.
  Seconds failback{60e9 / 20e6 + 7 * 6.5 * 60};

  // User-seconds away per user of the pool when a server is lost and so many survive (index), and, at 0, when everybody has to
  // sign in again.
  std::vector<double> surge_s;
};

struct AvailabilityOptions {
  double precision = 0.1;  // relative half-width of the 95 % interval of the unavailability
  std::uint64_t seed = 1;
  // The likelihoods of rare ways vary so much that few cycles know their own spread badly; these take half a second.
  std::uint64_t least_cycles = 200'000;
  std::uint64_t most_cycles = 20'000'000;
  bool biased = true;  // importance sampling; without it the plain simulation, an oracle
};

struct Interval {
  double value = 0;
  double half_width = 0;  // of the 95 % interval
};

struct Availability {
  Interval unavailable;                                 // share of users' time
  std::array<Interval, cause_names.size()> by_cause{};  // the same, adding up to it
  std::uint64_t cycles = 0;
  bool precise = false;  // whether the precision was reached
};

Availability estimate_availability(const ControlPlane& plane, const AvailabilityOptions& options);

}  // namespace poolcast::sim::analytic
