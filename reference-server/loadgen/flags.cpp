#include "reference-server/loadgen/flags.hpp"

#include <CLI/CLI.hpp>
#include <string_view>

namespace poolcast::loadgen {

namespace {

constexpr const char* description =
    "Plays a scenario's workload against a Persistent Chat server on this machine and writes the same run folder as the\n"
    "simulator (docs/run-format.md). `poolcast-load prepare SCENARIO` writes the users and rooms that it needs, for\n"
    "`poolcast-admin import`; `poolcast-load drive SCENARIO` takes orders from standard input (docs/reference-server.md).\n"
    "Exit code: 0 every objective holds, 1 one fails or is unknown, 2 bad input or refused, 3 interrupted, 4 the run failed,\n"
    "5 the run is not valid because the load generator fell behind itself.";

std::string override_problem(const std::string& text) {
  const std::size_t equals = text.find('=');
  return equals == std::string::npos || equals == 0 ? "found " + text + "; expected KEY=VALUE" : "";
}

void add_common(CLI::App& app, Flags& flags, std::string& users, std::string& horizon) {
  app.add_option("scenario", flags.scenario, "File (.yaml) or name of the library")->required();
  app.add_option("--library", flags.library, "Folder searched for names first; may be repeated")->allow_extra_args(false);
  app.add_option("--set", flags.overrides, "KEY=VALUE changes the scenario; may be repeated")
      ->allow_extra_args(false)
      ->check(override_problem);
  app.add_option("--users", users, "The same as --set workload.users=N");
  app.add_option("--for", horizon, "How long the run looks, such as 60s: the same as --set horizon=TIME");
  app.add_option("--seed", flags.seed, "Seed of who is in which room and of all arrivals")->capture_default_str();
  app.add_option("--password-file", flags.password_file, "File whose first line is the password of all users")->required();
}

void add_target(CLI::App& app, Flags& flags) {
  app.add_option("--server", flags.servers,
                 "Where it listens: 127.0.0.1:PORT; once for each active server of the pool, in the scenario's order")
      ->allow_extra_args(false)
      ->required();
  auto* tls = app.add_flag("--tls", flags.tls, "Speak TLS");
  app.add_option("--ca", flags.ca, "PEM file of the server's certificate, or of who signed it")->needs(tls);
  app.add_option("--domain", flags.domain, "SIP domain; default: that of the site of the scenario's chat pool");
}

void add_play(CLI::App& app, Flags& flags) {
  add_target(app, flags);
  app.add_option("--out", flags.out, "Folder for run.json, report.csv, histograms and scenario.yaml");
  app.add_option("--server-pid", flags.server_pids,
                 "Process of the server, whose CPU and memory are recorded; as often as --server, in the same order")
      ->allow_extra_args(false);
  app.add_option("--database-pid", flags.database_pid, "Process of the database, with all that descend from it");
  app.add_flag("--allow-unsupported", flags.allow_unsupported, "Play a scenario that breaks a documented rule");
  app.add_flag("--progress", flags.progress, "Write progress to standard error, one JSON object per line");
  app.add_flag("--json", flags.json, "Print the run as one JSON object and nothing else");
}

Verb verb_of(std::string_view text) {
  if (text == "prepare") return Verb::prepare;
  return text == "drive" ? Verb::drive : Verb::play;
}

}  // namespace

std::variant<Flags, ExitCode> read_flags(int argc, const char* const* argv) {
  Flags flags;
  flags.verb = verb_of(argc > 1 ? argv[1] : "");
  CLI::App app(description, "poolcast-load");
  app.set_version_flag("--version", "poolcast-load " POOLCAST_VERSION);
  std::string users, horizon;
  add_common(app, flags, users, horizon);
  if (flags.verb == Verb::play) add_play(app, flags);
  if (flags.verb == Verb::drive) add_target(app, flags);
  if (flags.verb == Verb::prepare) app.add_option("--out", flags.out, "File to write; default: standard output");
  std::vector<std::string> rest;  // CLI11 takes arguments from the back
  for (int i = argc - 1; i >= (flags.verb == Verb::play ? 1 : 2); --i) rest.emplace_back(argv[i]);
  try {
    app.parse(rest);
    if (flags.tls && flags.ca.empty())
      throw CLI::ValidationError("--tls", "needs --ca FILE, or nothing would say that this is the server");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? all_hold : bad_input;
  }
  if (!users.empty()) flags.overrides.push_back("workload.users=" + users);
  if (!horizon.empty()) flags.overrides.push_back("horizon=" + horizon);
  return flags;
}

}  // namespace poolcast::loadgen
