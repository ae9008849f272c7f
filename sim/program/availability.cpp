#include "sim/program/availability.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "domain/io/scenario_file.hpp"
#include "sim/analytic/followed.hpp"
#include "sim/analytic/methods.hpp"
#include "sim/analytic/operators.hpp"
#include "sim/analytic/sensitivity.hpp"
#include "sim/program/plan.hpp"
#include "sim/program/pool_runbooks.hpp"
#include "sim/program/surge_file.hpp"
#include "sim/program/surge_runs.hpp"

namespace poolcast::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr double minutes_per_year = 365.25 * 24 * 60;

// Of a share of so much of the year.
Json minutes(const analytic::Interval& interval, double of_year) {
  const double whole = of_year * minutes_per_year;
  return {{"minutes_per_year", interval.value * whole},
          {"low", std::max(0.0, interval.value - interval.half_width) * whole},
          {"high", (interval.value + interval.half_width) * whole}};
}

// None when nothing is lost: the logarithm has no value, and JSON no infinity.
Json nines(double unavailable) { return unavailable > 0 ? Json(-std::log10(unavailable)) : Json(nullptr); }

Json risk_json(const Fault& fault) {
  const auto bounds = [](const Parameter<Seconds>& given) {
    Json object = {{"value_s", given.value.count()}};
    object["low_s"] = given.low ? Json(given.low->count()) : Json(nullptr);
    object["high_s"] = given.high ? Json(given.high->count()) : Json(nullptr);
    object["origin"] = given.origin;
    return object;
  };
  Json object = {{"label", label(fault)}, {"about_every", bounds(*fault.about_every)}};
  object["for_about"] = fault.for_about ? bounds(*fault.for_about) : bounds({*fault.duration, {}, {}, ""});
  return object;
}

// Pools whose operators use the same runbooks, with the same times, stand together.
Json operators_json(const Scenario& scenario, const std::vector<PoolRunbooks>& runbooks, const analytic::ControlPlane& plane) {
  const auto mean = [](const std::vector<double>& times) {
    return std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
  };
  std::vector<std::pair<Json, Json>> groups;  // what they use, and the pools
  for (std::size_t pool = 0; pool < runbooks.size(); ++pool) {
    const analytic::Operators& operators = plane.pools[pool].operators;
    Json own = {{"failover", runbooks[pool].failover.name},
                {"failover_from", runbooks[pool].failover.from},
                {"failback", runbooks[pool].failback.name},
                {"failback_from", runbooks[pool].failback.from},
                {"decision", runbooks[pool].failover.runbook.steps.front().name.str()},
                {"decision_mean_s", mean(operators.decision)},
                {"failover_mean_s", mean(operators.failover)},
                {"front_end_failover_mean_s", mean(operators.front_end_failover)},
                {"failback_mean_s", mean(operators.failback)}};
    const auto same = std::ranges::find(groups, own, &std::pair<Json, Json>::first);
    Json& pools = same == groups.end() ? groups.emplace_back(std::move(own), Json::array()).second : same->second;
    pools.push_back(scenario.topology.chat_pools[pool].name.str());
  }
  Json all = Json::array();
  for (auto& [own, pools] : groups) {
    own["pools"] = pools;
    all.push_back(std::move(own));
  }
  return all;
}

Json likelihood_json(const analytic::Interval& mean) {
  return {{"mean", mean.value}, {"low", mean.value - mean.half_width}, {"high", mean.value + mean.half_width}};
}

Json sensitivity_json(const std::vector<analytic::Swing>& swings, double wanted) {
  const auto end = [wanted](const analytic::Swing& swing, const analytic::Swing::End& at) {
    Json object = {{"minutes_per_year", nullptr}, {"low", nullptr}, {"high", nullptr}};
    if (at.unavailable) object = minutes(*at.unavailable, wanted);
    object["precise"] = at.precise;
    object[swing.key == "operators" ? "factor" : "value_s"] = at.value;
    return object;
  };
  Json all = Json::array();
  for (const analytic::Swing& swing : swings)
    all.push_back(
        {{"key", swing.key}, {"faults", swing.faults}, {"low", end(swing, swing.low)}, {"high", end(swing, swing.high)}});
  return all;
}

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json error_json(const std::optional<analytic::FitError>& error) {
  if (!error) return nullptr;
  return {{"typical", error->typical}, {"worst", error->worst.share}, {"worst_load", error->worst.load}};
}

double used_s(const analytic::ControlPlane& plane, const analytic::Surge& surge) {
  const analytic::Surges& surges = plane.pools[surge.pool].surges;
  return surge.survivors == 0 ? surges.of_all_s : surges.of_some_s[surge.servers][surge.survivors];
}

Json surges_json(const Scenario& scenario, const analytic::ControlPlane& plane, const std::vector<analytic::Surge>& surges) {
  Json all = Json::array();
  for (const analytic::Surge& surge : surges) {
    Json runs = Json::array();
    for (const analytic::SurgeRun& run : surge.runs) {
      runs.push_back({{"load", run.at.present},
                      {"activity", run.at.activity},
                      {"fluid_s", run.fluid_s},
                      {"played_s", number(run.played_s)}});
      if (run.played_s) runs.back()["all_back"] = run.all_back;
    }
    const analytic::SurgeRun& busiest = surge.runs.back();
    all.push_back({{"pool", scenario.topology.chat_pools[surge.pool].name.str()},
                   {"servers", surge.servers},
                   {"survivors", surge.survivors},
                   {"fluid_s", busiest.fluid_s},
                   {"played_s", number(busiest.played_s)},
                   {"used_s", used_s(plane, surge)},
                   {"error", error_json(fit_error(surge.misses()))},
                   {"runs", std::move(runs)}});
  }
  return all;
}

// All of them together.
Json surrogate_json(const std::vector<analytic::Surge>& surges) {
  std::vector<analytic::FitMiss> misses;
  std::size_t runs = 0;
  bool is_played = false;
  for (const analytic::Surge& surge : surges) {
    std::ranges::copy(surge.misses(), std::back_inserter(misses));
    runs += surge.runs.size();
    is_played = is_played || surge.runs.back().played_s.has_value();
  }
  return {{"fitted_to", is_played ? "simulation" : "fluid"}, {"runs", runs}, {"error", error_json(fit_error(misses))}};
}

// By cause and by pool, and of the compliance databases, whose downtime is not users'.
void add_parts(Json& object, const Scenario& scenario, const analytic::Availability& found, double wanted) {
  Json causes = Json::object();
  for (std::size_t cause = 0; cause < analytic::cause_names.size(); ++cause)
    causes[std::string(analytic::cause_names[cause])] = minutes(found.by_cause[cause], wanted);
  Json pools = Json::array();
  for (std::size_t pool = 0; pool < found.by_pool.size(); ++pool)
    pools.push_back(
        {{"pool", scenario.topology.chat_pools[pool].name.str()}, {"unavailable", minutes(found.by_pool[pool], wanted)}});
  object["by_cause"] = std::move(causes);
  object["by_pool"] = std::move(pools);
  object["compliance"] = found.compliance ? minutes(*found.compliance, 1) : Json(nullptr);
}

std::vector<Inconsistency> refusals(const Scenario& scenario, const Flags& flags) {
  std::vector<Inconsistency> found = analytic::availability_refusals(scenario);
  std::ranges::move(analytic::followed_refusals(scenario, flags.failover.has_value(), flags.failback.has_value()),
                    std::back_inserter(found));
  return found;
}

// As the flags ask for it; false when it was stopped or a worker died.
bool fit(std::vector<analytic::Surge>& surges, const Scenario& scenario, const RunFunction& run, const Flags& flags,
         const std::function<bool()>& stop_wished, std::string& failure) {
  if (!flags.fit_file) return !flags.fit || play(surges, scenario, run, flags, stop_wished, failure);
  const SurgeFile file(*flags.fit_file, scenario, flags.seed);
  if (file.exists()) {
    file.read(surges);
    return true;
  }
  file.require_writable();
  if (!play(surges, scenario, run, flags, stop_wished, failure)) return false;
  file.write(surges);
  return true;
}

}  // namespace

ExitCode answer_availability(const Flags& flags, const RunFunction& run, const std::function<bool()>& stop_wished) {
  Flags alone = flags;
  alone.no_variants = true;
  const std::vector<PlannedScenario> plan =
      make_plan(alone, {nullptr, [&](const Scenario& each) { return refusals(each, flags); }});
  const Scenario& scenario = plan.front().scenario;
  analytic::AvailabilityOptions options;
  options.seed = flags.seed;
  options.precision = flags.precision.value_or(options.precision);
  options.stop_wished = stop_wished;
  const std::vector<PoolRunbooks> runbooks = runbooks_of(scenario, flags);
  std::vector<analytic::Surge> surges = analytic::fluid_surges(scenario);
  std::string failure;
  if (!fit(surges, scenario, run, flags, stop_wished, failure)) {
    if (!failure.empty()) std::fprintf(stderr, "poolcast-sim: %s\n", failure.c_str());
    return failure.empty() ? interrupted : worker_died;
  }
  analytic::ControlPlane plane = analytic::control_plane_of(scenario, surges);
  for (std::size_t pool = 0; pool < runbooks.size(); ++pool)
    plane.pools[pool].operators =
        analytic::operators_of(runbooks[pool].failover.runbook, runbooks[pool].failback.runbook, flags.seed);
  const analytic::Availability found = estimate_availability(plane, options);
  if (found.cycles == 0 && !found.interrupted) {
    std::fprintf(stderr, "poolcast-sim: no answer: after %llu moves not everything was well again\n",
                 static_cast<unsigned long long>(options.most_moves));
    return worker_died;
  }
  Json risks = Json::array();
  for (const Fault& fault : analytic::losses_at_random(scenario)) risks.push_back(risk_json(fault));
  Json object = {{"format", "poolcast-availability/3"},
                 {"version", POOLCAST_VERSION},
                 {"seed", flags.seed},
                 {"allow_unsupported", flags.allow_unsupported},
                 {"scenario", {{"name", scenario.name}, {"digest", io::digest(scenario)}, {"costs", scenario.costs.name}}},
                 {"availability", 1 - found.unavailable.value},
                 {"nines", nines(found.unavailable.value)},
                 {"wanted", plane.wanted},
                 {"unavailable", minutes(found.unavailable, plane.wanted)}};
  add_parts(object, scenario, found, plane.wanted);
  object["cycles"] = found.cycles;
  object["precise"] = found.precise;
  object["precision"] = options.precision;
  object["likelihood_ratio"] = likelihood_json(found.likelihood_ratio);
  object["operators"] = operators_json(scenario, runbooks, plane);
  object["surrogate"] = surrogate_json(surges);
  object["surges"] = surges_json(scenario, plane, surges);
  object["risks"] = std::move(risks);
  object["sensitivity"] = flags.sensitivity && !found.interrupted
                              ? sensitivity_json(sensitivity(scenario, plane, options), plane.wanted)
                              : Json(nullptr);
  const std::string text = object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  const bool printed = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!printed) return bad_input;
  return found.interrupted || (stop_wished && stop_wished()) ? interrupted : all_hold;
}

}  // namespace poolcast::sim
