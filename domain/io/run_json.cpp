#include <algorithm>

#include "domain/io/recovery_json.hpp"
#include "domain/io/run_object.hpp"
#include "domain/io/scenario_file.hpp"
#include "domain/objective.hpp"

namespace poolcast::io {

namespace {

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

Json scenario_json(const Scenario& scenario, const Report& report) {
  Json faults = Json::array();
  for (const Fault& fault : scenario.faults)
    faults.push_back({{"label", label(fault)},
                      {"at_s", fault.at.count()},
                      {"for_s", fault.duration ? Json(fault.duration->count()) : Json(nullptr)}});
  return {{"name", scenario.name},
          {"question", scenario.question},
          {"digest", digest(scenario)},
          {"users", scenario.workload.users},
          {"topology", scenario.topology.name},
          {"workload", scenario.workload.name},
          {"product", scenario.topology.product},
          {"costs", scenario.costs.name},
          {"costs_digest", digest(scenario.costs)},
          {"calibrated", scenario.costs.calibrated},
          {"horizon_s", scenario.horizon.count()},
          {"warm_up_s", report.warm_up.count()},
          {"window_s", report.window.count()},
          {"faults", faults}};
}

Json finding_json(const RunFinding& finding) {
  return {{"rule", finding.rule},
          {"severity", finding.severity},
          {"key", finding.key},
          {"sentence", finding.sentence},
          {"source", finding.source}};
}

Json verdict_json(const Verdict& verdict) {
  const Objective& objective = verdict.objective;
  const auto& bound = objective.at_most ? objective.at_most : objective.at_least;
  const auto metric = metric_named(objective.metric);
  const auto statistic = metric ? statistic_of(objective, *metric) : objective.statistic.value_or(Statistic::mean);
  const auto& answer = verdict.answer;
  return {{"objective", verdict.sentence},
          {"metric", objective.metric},
          {"statistic", name_of(statistic)},
          {"after", text_or_null(objective.after)},
          {"place", text_or_null(objective.place)},
          {"unit", metric ? Json(unit_name(row_of(*metric).unit)) : Json(nullptr)},
          {"bound", bound ? Json(bound->value) : Json(nullptr)},
          {"bound_kind", objective.at_most    ? Json("at_most")
                         : objective.at_least ? Json("at_least")
                                              : Json(nullptr)},
          {"answer", answer ? Json(answer->value) : Json(nullptr)},
          {"low", optional_json(answer ? answer->low : std::nullopt)},
          {"high", optional_json(answer ? answer->high : std::nullopt)},
          {"verdict", name_of(verdict.kind)},
          {"margin", optional_json(verdict.margin)},
          {"note", verdict.note}};
}

Json users_back_json(const UsersBack& back) {
  return {{"replication", back.replication},   {"after", back.after},
          {"displaced_users", back.displaced}, {"t50_s", optional_json(back.t50)},
          {"t95_s", optional_json(back.t95)},  {"t100_s", optional_json(back.t100)}};
}

Json entry_json(const ReportedEntry& reported) {
  const LogbookEntry& entry = reported.entry;
  return {{"replication", reported.replication},
          {"begins_s", entry.begins.count()},
          {"ends_s", entry.ends.count()},
          {"kind", name_of(entry.kind)},
          {"what", entry.what},
          {"runbook", entry.runbook},
          {"who", entry.who},
          {"why", entry.why}};
}

template <class Value, class ToJson>
Json list_json(const std::vector<Value>& values, ToJson to_json) {
  Json list = Json::array();
  for (const Value& value : values) list.push_back(to_json(value));
  return list;
}

void put_answer(Json& object, const Answer& answer, bool with_rows) {
  object["scenario"] = scenario_json(answer.scenario, answer.report);
  object["findings"] = list_json(answer.findings, finding_json);
  object["verdicts"] = list_json(answer.report.verdicts, verdict_json);
  if (with_rows) object["rows"] = list_json(answer.report.rows, row_json);
  object["users_back"] = list_json(answer.report.users_back, users_back_json);
  object["recovery"] = list_json(answer.report.recovery, recovery_json);
  object["comes_back"] = comes_back_json(answer.scenario, answer.report);
  object["logbook"] = list_json(answer.report.logbook, entry_json);
  object["events"] = answer.report.events;
}

void put_measured(Json& object, const Measured& measured) {
  object["machine"] = {{"processor", measured.processor},
                       {"cores", measured.cores},
                       {"memory_bytes", measured.memory.count},
                       {"system", measured.system}};
  object["load"] = {{"transport", measured.transport},
                    {"lag_p99_s", measured.lag_p99.count()},
                    {"lag_max_s", measured.lag_max.count()},
                    {"cpu_s", measured.load_cpu.count()}};
  object["invalid"] = text_or_null(measured.invalid);
}

}  // namespace

Json run_object(const Run& run, bool with_rows) {
  Json object = {{"format", run_format},
                 {"source", run.source},
                 {"method", run.method.empty() ? Json(nullptr) : Json(run.method)},
                 {"version", run.version},
                 {"seed", run.seed},
                 {"replications", run.answer.report.replications},
                 {"options",
                  {{"antithetic", run.options.antithetic},
                   {"precision", optional_json(run.options.precision)},
                   {"allow_unsupported", run.options.allow_unsupported}}},
                 {"interrupted", run.interrupted},
                 {"failure", text_or_null(run.failure)}};
  if (run.measured) put_measured(object, *run.measured);
  put_answer(object, run.answer, with_rows);
  object["variants"] = list_json(run.variants, [with_rows](const VariantAnswer& variant) {
    Json one = {{"name", variant.name}, {"set", variant.set}, {"replications", variant.answer.report.replications}};
    put_answer(one, variant.answer, with_rows);
    return one;
  });
  return object;
}

std::string run_json(const Run& run) { return run_object(run, true).dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace poolcast::io
