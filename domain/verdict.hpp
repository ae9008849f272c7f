// Whether an objective holds.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "domain/fold.hpp"
#include "domain/scenario.hpp"
#include "domain/statistics.hpp"

namespace poolcast {

enum class VerdictKind { holds, fails, unknown };
template <>
struct EnumNames<VerdictKind> {
  static constexpr std::array<std::string_view, 3> names{"holds", "fails", "unknown"};
};

struct Verdict {
  Objective objective;
  std::string sentence;          // "delivery latency p95 at most 500 ms"
  std::optional<Figure> answer;  // none when nothing was observed, such as users not back within the horizon
  VerdictKind kind = VerdictKind::unknown;
  std::optional<double> margin;  // (bound - answer) / bound for at_most, the reverse for at_least; none for a bound of 0
  std::string note;              // "not back within the horizon (40 min after the loss)"
};

// The answer is the mean over replications, and holds or fails as it stands; a note says when the interval contains the bound.
// Where some replication has no figure there is no answer; the verdict then fails if the mean is certain to lie beyond the bound
// (not back within 40 minutes is not back within 5), and is unknown otherwise.
Verdict judge(const Objective& objective, const Scenario& scenario, const std::vector<ReplicationResult>& results,
              std::size_t warm_up_windows, bool antithetic_pairs);

}  // namespace poolcast
