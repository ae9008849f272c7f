#include "sim/program/flags.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <map>
#include <system_error>

namespace poolcast::sim {

namespace {

constexpr Count most_replications = 10'000;
constexpr unsigned most_workers = 1'024;

constexpr const char* description =
    "Runs a scenario and prints one JSON object (docs/run-format.md).\n"
    "Exit code: 0 every objective holds, 1 one fails or is unknown, 2 bad input or refused, 3 interrupted (what was finished is\n"
    "printed), 4 a worker died (what was finished before it is printed).";

// "5%", "5 %" or "0.05".
double precision_of(std::string text) {
  double unit = 1;
  if (!text.empty() && text.back() == '%') {
    text.pop_back();
    unit = 100;
  }
  double value = 0;
  if (!CLI::detail::lexical_cast(CLI::detail::trim_copy(text), value) || !std::isfinite(value) || value <= 0 || value >= unit)
    throw CLI::ValidationError("--precision", "expected a share between 0% and 100%, such as 5%");
  return value / unit;
}

// CLI11 takes -1 for the largest number and stops at a number's first letter.
std::string seed_problem(const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole ? "" : "found " + text + "; expected a whole number from 0 to 18446744073709551615";
}

std::string override_problem(const std::string& text) {
  const std::size_t equals = text.find('=');
  return equals == std::string::npos || equals == 0 ? "found " + text + "; expected KEY=VALUE" : "";
}

void add_flags(CLI::App& app, Flags& flags, std::string& precision) {
  app.add_option("scenario", flags.scenario, "File (.yaml), name of the library, or - for standard input")->required();
  app.add_option("--library", flags.library, "Folder searched for names first; may be repeated")->allow_extra_args(false);
  app.add_option("--set", flags.overrides, "KEY=VALUE changes the scenario; may be repeated")
      ->allow_extra_args(false)
      ->check(override_problem);
  app.add_option("--seed", flags.seed, "Seed of all random numbers")->check(seed_problem)->capture_default_str();
  auto* replications = app.add_option("--replications", flags.replications, "Number of replications; default 12")
                           ->check(CLI::Range(Count{1}, most_replications));
  app.add_option("--precision", precision, "Run replications until every objective's figure is known to this share, such as 5%")
      ->excludes(replications);
  app.add_flag("--antithetic", flags.antithetic, "Pair each replication with its antithetic twin");
  app.add_option("--workers", flags.workers, "Replications at the same time; 0: as many as cores")
      ->check(CLI::Range(0u, most_workers))
      ->capture_default_str();
  app.add_option("--out", flags.out, "Folder for run.json, report.csv, histograms and scenario.yaml");
  static const std::map<std::string, Method> methods{
      {"simulate", Method::simulate}, {"analytic", Method::analytic}, {"fluid", Method::fluid}};
  app.add_option(
         "--method", flags.method,
         "How it is answered: simulate, analytic (formulas of the steady state) or fluid (users through a reconnect storm); "
         "docs/methods.md")
      ->transform(CLI::CheckedTransformer(methods).description(""));
  auto* availability =
      app.add_flag("--availability", flags.availability,
                   "Instead of a run: how much of their time users have the service, from the losses at random, split by cause; "
                   "--precision is the relative half-width of the interval, default 10%");
  app.add_flag("--sensitivity", flags.sensitivity,
               "With --availability: which assumption moves the answer most, each at both ends of its interval")
      ->needs(availability);
  app.add_flag("--fit", flags.fit,
               "With --availability: what a loss costs users who reconnect from runs of the full simulation, by how many servers "
               "survive and how many users are there, instead of from its fluid model")
      ->needs(availability);
  app.add_option(
         "--fit-file", flags.fit_file,
         "With --availability: --fit with the runs that this file holds, or, when there is none, played and written to it; "
         "refused when they were played for another topology, workload, cost set, seed or revision")
      ->needs(availability);
  app.add_option(
         "--runbook", flags.failover,
         "With --availability: runbook of a site's failover, a file (.yaml) or a name of the library; its first step is "
         "the decision, for which whatever else operators do waits as well; default the one that the scenario follows, or "
         "site-failover")
      ->needs(availability);
  app.add_option("--failback", flags.failback,
                 "With --availability: runbook of the way back; default the one that the scenario follows, or site-failback")
      ->needs(availability);
  static const std::map<std::string, PlaneMode> modes{
      {"batch", PlaneMode::batch}, {"step", PlaneMode::step}, {"timer", PlaneMode::timer}};
  app.add_option("--mode", flags.mode, "How requests share SimGrid's clock: batch, step or timer; the answer is the same")
      ->transform(CLI::CheckedTransformer(modes).description(""));
  app.add_flag("--allow-unsupported", flags.allow_unsupported, "Run a scenario that breaks a documented rule");
  app.add_flag("--no-variants", flags.no_variants, "Leave the scenario's variants out");
  app.add_flag("--progress", flags.progress, "Write progress to standard error, one JSON object per line");
}

}  // namespace

std::variant<Flags, ExitCode> read_flags(int argc, const char* const* argv) {
  CLI::App app(description, "poolcast-sim");
  app.set_version_flag("--version", "poolcast-sim " POOLCAST_VERSION);
  Flags flags;
  std::string precision;
  add_flags(app, flags, precision);
  try {
    app.parse(argc, argv);
    if (!precision.empty()) flags.precision = precision_of(precision);
    if (flags.method != Method::simulate && (flags.replications || flags.precision || flags.antithetic))
      throw CLI::ValidationError("--method", "nothing is random in " +
                                                 std::string(method_names[static_cast<std::size_t>(flags.method)]) +
                                                 ": leave --replications, --precision and --antithetic out");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? all_hold : bad_input;
  }
  return flags;
}

}  // namespace poolcast::sim
