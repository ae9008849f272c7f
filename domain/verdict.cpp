#include "domain/verdict.hpp"

#include <algorithm>
#include <limits>

#include "domain/objective.hpp"

namespace poolcast {

namespace {

bool keeps(const Objective& objective, double value) {
  return (!objective.at_most || value <= objective.at_most->value) && (!objective.at_least || value >= objective.at_least->value);
}

std::optional<double> margin_of(const Objective& objective, double value) {
  const auto& bound = objective.at_most ? objective.at_most : objective.at_least;
  if (!bound || bound->value == 0) return std::nullopt;
  return (objective.at_most ? bound->value - value : value - bound->value) / bound->value;
}

void judge_answer(Verdict& verdict) {
  const Figure& answer = *verdict.answer;
  verdict.kind = keeps(verdict.objective, answer.value) ? VerdictKind::holds : VerdictKind::fails;
  verdict.margin = margin_of(verdict.objective, answer.value);
  if (answer.low && answer.high && keeps(verdict.objective, *answer.low) != keeps(verdict.objective, *answer.high))
    verdict.note = "the interval contains the bound: more replications would decide";
}

bool is_never(const Observation& observation) { return observation.above == std::numeric_limits<double>::infinity(); }

// Some replication has no figure: what is known of the mean is that it lies above the mean of what each has at least.
void judge_without_answer(Verdict& verdict, const std::vector<Observation>& observations) {
  const bool never = std::ranges::any_of(observations, is_never);  // then those who are late, or undecided, do not matter
  double least = 0;
  std::size_t without = 0;
  std::size_t asked = 0;
  bool bounded = true;
  for (const Observation& observation : observations) {
    if (observation.nothing_asked) continue;
    ++asked;
    bounded = bounded && (observation.value || observation.above);
    least += observation.value.value_or(observation.above.value_or(0));
    if (observation.value || is_never(observation) != never) continue;
    if (without++ == 0) verdict.note = observation.why_none;
  }
  least /= static_cast<double>(asked);
  if (without < observations.size())
    verdict.note += ", in " + std::to_string(without) + " of " + std::to_string(observations.size()) + " replications";
  if (!bounded) return;
  const Objective& objective = verdict.objective;
  if (never || (objective.at_most && least > objective.at_most->value))
    verdict.kind = VerdictKind::fails;
  else if (objective.at_least && least >= objective.at_least->value)
    verdict.kind = VerdictKind::holds;
}

// Where nobody was displaced nobody has to come back, nor a database that never went: such replications count neither for the
// objective nor against it.
void judge_where_asked(Verdict& verdict, const std::vector<Observation>& observations) {
  const auto nothing = static_cast<std::size_t>(std::ranges::count_if(observations, &Observation::nothing_asked));
  if (nothing == observations.size()) {
    verdict.kind = VerdictKind::holds;
    verdict.note = observations.front().why_none;
    return;
  }
  judge_answer(verdict);
  const std::string& leaves_out = observations.front().leaves_out;
  if (!leaves_out.empty()) verdict.note += (verdict.note.empty() ? "" : "; ") + leaves_out;
  if (nothing == 0) return;
  const std::string& why = std::ranges::find_if(observations, &Observation::nothing_asked)->why_none;
  verdict.note += (verdict.note.empty() ? "" : "; ") + why + " in " + std::to_string(nothing) + " of " +
                  std::to_string(observations.size()) + " replications";
}

}  // namespace

Verdict judge(const Objective& objective, const Scenario& scenario, const std::vector<ReplicationResult>& results,
              std::size_t warm_up_windows, bool antithetic_pairs) {
  Verdict verdict{objective, sentence(objective, scenario), std::nullopt, VerdictKind::unknown, std::nullopt, ""};
  std::vector<Observation> observations;
  std::vector<std::optional<double>> values;
  bool everywhere = !results.empty();
  for (const ReplicationResult& result : results) {
    observations.push_back(observe(objective, scenario, result, warm_up_windows));
    values.push_back(observations.back().value);
    everywhere = everywhere && (values.back() || observations.back().nothing_asked);
  }
  if (everywhere) {
    verdict.answer = estimate(values, antithetic_pairs);
    judge_where_asked(verdict, observations);
  } else if (results.empty()) {
    verdict.note = "no replication was finished";
  } else {
    judge_without_answer(verdict, observations);
  }
  return verdict;
}

}  // namespace poolcast
