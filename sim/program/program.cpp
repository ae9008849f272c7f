#include "sim/program/program.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "domain/io/config_error.hpp"
#include "sim/program/availability.hpp"
#include "sim/program/plan.hpp"
#include "sim/replications.hpp"

namespace poolcast::sim {

namespace {

volatile std::sig_atomic_t stop_wished = 0;

extern "C" void wish_stop(int) { stop_wished = 1; }

// Without SA_RESTART, so that waiting for workers ends at once.
void listen_to_signals() {
  struct sigaction action {};
  action.sa_handler = wish_stop;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

// One line per change that can be seen.
class ProgressLines {
public:
  ProgressLines(bool wanted, const std::string& variant) : wanted_(wanted), variant_(variant) {}
  void operator()(const Progress& progress) {
    const double share = std::floor(progress.share * 1000) / 1000;
    if (!wanted_ || (share == share_ && progress.finished == finished_)) return;
    share_ = share;
    finished_ = progress.finished;
    const nlohmann::ordered_json line = {
        {"progress", share},
        {"finished", progress.finished},
        {"wanted", progress.wanted},
        {"variant", variant_.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(variant_)}};
    std::fprintf(stderr, "%s\n", line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
  }

private:
  bool wanted_;
  const std::string& variant_;
  double share_ = -1;
  Count finished_ = -1;
};

ReplicationOptions options_of(const PlannedScenario& planned, const Flags& flags) {
  ReplicationOptions options;
  options.run.seed = flags.seed;
  options.run.mode = flags.mode;
  options.run.window = fitting_window(planned.scenario.horizon);
  options.antithetic_pairs = flags.antithetic;
  options.workers = flags.workers;
  options.precision = flags.precision;
  if (flags.replications) options.replications = *flags.replications;
  if (flags.method != Method::simulate) {  // nothing is random
    options.replications = 1;
  } else if (planned.replications) {  // a variant has its own number for a long run; a flag may make it smaller
    options.precision.reset();
    options.replications = flags.replications ? std::min(*flags.replications, *planned.replications) : *planned.replications;
  }
  return options;
}

io::Answer answer_of(const PlannedScenario& planned, const ReplicationRun& run, const Flags& flags) {
  return {planned.scenario, planned.findings, make_report(planned.scenario, run.results, {flags.antithetic}),
          flags.out ? merged_histograms(planned.scenario, run.results) : std::vector<MergedSeries>{}};
}

// Runs the plan until something stops it; variants that were not begun are left out.
io::Run perform(const std::vector<PlannedScenario>& plan, const Flags& flags, const Simulator& simulator) {
  io::Run all;
  all.source = "sim";
  all.method = method_names[static_cast<std::size_t>(flags.method)];
  all.version = POOLCAST_VERSION;
  all.seed = flags.seed;
  all.options = {flags.antithetic, flags.precision, flags.allow_unsupported};
  for (const PlannedScenario& planned : plan) {
    const bool is_variant = &planned != &plan.front();
    if (is_variant && (all.interrupted || all.failure)) break;
    ProgressLines lines(flags.progress, planned.variant);
    const ReplicationRun run = run_replications(planned.scenario, options_of(planned, flags), simulator.run, std::ref(lines),
                                                [] { return stop_wished != 0; });
    all.interrupted = run.interrupted;
    if (run.failure) all.failure = (is_variant ? "variant " + planned.variant + ": " : "") + *run.failure;
    io::Answer answer = answer_of(planned, run, flags);
    if (is_variant)
      all.variants.push_back({planned.variant, planned.set, std::move(answer)});
    else
      all.answer = std::move(answer);
  }
  return all;
}

ExitCode code_of(const io::Run& run) {
  if (run.failure) return worker_died;
  if (run.interrupted) return interrupted;
  for (const Verdict& verdict : run.answer.report.verdicts)
    if (verdict.kind != VerdictKind::holds) return one_fails;
  return all_hold;
}

void complain(const std::string& text) { std::fprintf(stderr, "poolcast-sim: %s\n", text.c_str()); }

ExitCode answer(const Flags& flags, const Simulator& simulator) {
  const std::vector<PlannedScenario> plan = make_plan(flags, simulator);
  if (flags.out) io::check_run_folder(*flags.out);
  const io::Run run = perform(plan, flags, simulator);
  if (run.failure) complain(*run.failure);
  ExitCode code = code_of(run);
  const std::string json = io::run_json(run) + "\n";
  const bool printed = std::fwrite(json.data(), 1, json.size(), stdout) == json.size() && std::fflush(stdout) == 0;
  if (!printed) complain("the answer could not be written to standard output");
  if (flags.out) io::write_run_folder(run, *flags.out);
  return printed ? code : bad_input;
}

}  // namespace

const Simulator& Methods::operator[](Method method) const {
  return method == Method::analytic ? analytic : method == Method::fluid ? fluid : simulate;
}

int run_program(int argc, const char* const* argv, const Methods& methods) {
  const auto flags = read_flags(argc, argv);
  if (const ExitCode* code = std::get_if<ExitCode>(&flags)) return *code;
  listen_to_signals();
  const auto is_stop_wished = [] { return stop_wished != 0; };
  try {
    if (std::get<Flags>(flags).availability)
      return answer_availability(std::get<Flags>(flags), methods.simulate.run, is_stop_wished);
    return answer(std::get<Flags>(flags), methods[std::get<Flags>(flags).method]);
  } catch (const io::ConfigError& error) {
    std::fprintf(stderr, "%s\n", error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    complain(error.what());
  } catch (const std::invalid_argument& error) {  // an unknown product
    complain(error.what());
  }
  return bad_input;
}

}  // namespace poolcast::sim
