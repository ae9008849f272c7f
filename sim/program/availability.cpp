#include "sim/program/availability.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "domain/io/scenario_file.hpp"
#include "sim/analytic/methods.hpp"
#include "sim/program/plan.hpp"

namespace poolcast::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr double minutes_per_year = 365.25 * 24 * 60;

Json minutes(const analytic::Interval& interval) {
  return {{"minutes_per_year", interval.value * minutes_per_year},
          {"low", std::max(0.0, interval.value - interval.half_width) * minutes_per_year},
          {"high", (interval.value + interval.half_width) * minutes_per_year}};
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

}  // namespace

ExitCode answer_availability(const Flags& flags, const std::function<bool()>& stop_wished) {
  Flags alone = flags;
  alone.no_variants = true;
  const std::vector<PlannedScenario> plan = make_plan(alone, {nullptr, analytic::availability_refusals});
  const Scenario& scenario = plan.front().scenario;
  analytic::AvailabilityOptions options;
  options.seed = flags.seed;
  options.precision = flags.precision.value_or(options.precision);
  options.stop_wished = stop_wished;
  const analytic::Availability found = estimate_availability(analytic::control_plane_of(scenario), options);
  Json causes = Json::object();
  for (std::size_t cause = 0; cause < analytic::cause_names.size(); ++cause)
    causes[std::string(analytic::cause_names[cause])] = minutes(found.by_cause[cause]);
  Json risks = Json::array();
  for (const Fault& fault : scenario.faults) risks.push_back(risk_json(fault));
  const Json object = {{"format", "poolcast-availability/1"},
                       {"version", POOLCAST_VERSION},
                       {"seed", flags.seed},
                       {"scenario", {{"name", scenario.name}, {"digest", io::digest(scenario)}, {"costs", scenario.costs.name}}},
                       {"availability", 1 - found.unavailable.value},
                       {"nines", nines(found.unavailable.value)},
                       {"unavailable", minutes(found.unavailable)},
                       {"by_cause", causes},
                       {"cycles", found.cycles},
                       {"precise", found.precise},
                       {"risks", risks}};
  const std::string text = object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  const bool printed = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!printed) return bad_input;
  return found.interrupted ? interrupted : all_hold;
}

}  // namespace poolcast::sim
