#include "reference-server/loadgen/program.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "domain/io/library_folders.hpp"
#include "domain/io/run_folder.hpp"
#include "domain/io/scenario_file.hpp"
#include "domain/limits/finding.hpp"
#include "domain/report.hpp"
#include "reference-server/loadgen/drive.hpp"
#include "reference-server/loadgen/flags.hpp"
#include "reference-server/loadgen/play.hpp"
#include "reference-server/loadgen/prepare.hpp"
#include "reference-server/loadgen/target.hpp"

namespace poolcast::loadgen {

namespace {

volatile std::sig_atomic_t stop_wished = 0;

extern "C" void wish_stop(int) { stop_wished = 1; }

void listen_to_signals() {
  struct sigaction action {};
  action.sa_handler = wish_stop;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void complain(const std::string& text) { std::fprintf(stderr, "poolcast-load: %s\n", text.c_str()); }

io::Problem problem_at(const std::string& key, std::string message, const io::LoadedScenario& loaded, const Flags& flags) {
  io::Problem problem{flags.scenario, 0, 0, key, std::move(message)};
  const auto position = loaded.positions.find(key);
  if (position == loaded.positions.end()) return problem;
  problem.file = position->second.file;
  problem.line = position->second.line;
  problem.column = position->second.column;
  return problem;
}

std::vector<io::RunFinding> findings_of(const Scenario& scenario) {
  std::vector<io::RunFinding> texts;
  for (const limits::Finding& finding : limits::check(scenario)) {
    const limits::Rule* rule = limits::find_rule(scenario.topology.product, finding.rule);
    texts.push_back({finding.rule, std::string(name_of(finding.severity)), finding.key, finding.sentence,
                     rule == nullptr ? "" : std::string(rule->source)});
  }
  return texts;
}

Scenario load(const Flags& flags, std::vector<io::RunFinding>& findings) {
  const io::LoadedScenario loaded = io::load_scenario(flags.scenario, {io::library_folders(flags.library), flags.overrides});
  std::vector<io::Problem> problems;
  for (const Inconsistency& missing : not_playable(loaded.scenario))
    problems.push_back(
        problem_at(missing.key, missing.message + (missing.hint.empty() ? "" : "; " + missing.hint), loaded, flags));
  findings = findings_of(loaded.scenario);
  if (flags.verb == Verb::play && !flags.allow_unsupported)
    for (const io::RunFinding& finding : findings)
      if (finding.severity == "error")
        problems.push_back(problem_at(finding.key,
                                      "breaks the documented rule " + finding.rule + ": " + finding.sentence +
                                          " (--allow-unsupported plays it all the same)",
                                      loaded, flags));
  if (!problems.empty()) throw io::ConfigError(std::move(problems));
  return loaded.scenario;
}

std::string domain_of(const Scenario& scenario, const Flags& flags) {
  if (!flags.domain.empty()) return flags.domain;
  const SiteId& own = scenario.topology.chat_pools.front().site;
  for (const Site& site : scenario.topology.sites)
    if (site.name == own) return site.domain;
  return Site{}.domain;
}

FleetSettings settings_of(const Scenario& scenario, const Flags& flags, SSL_CTX* tls) {
  FleetSettings settings;
  const std::vector<NodeId>& active = scenario.topology.chat_pools.front().active;
  if (flags.servers.size() != active.size())
    throw Refused{"--server: found " + std::to_string(flags.servers.size()) + "; the pool has " + std::to_string(active.size()) +
                  " active servers, and each needs one, in the scenario's order"};
  if (!flags.server_pids.empty() && flags.server_pids.size() != active.size())
    throw Refused{"--server-pid: found " + std::to_string(flags.server_pids.size()) + "; expected none or one for each --server"};
  for (const std::string& server : flags.servers) settings.servers.push_back(loopback_address(server));
  settings.tls = tls;
  settings.domain = domain_of(scenario, flags);
  settings.password = read_password(flags.password_file);
  return settings;
}

ExitCode prepare(const Scenario& scenario, const Flags& flags) {
  const std::string password = read_password(flags.password_file);
  RandomStream random = membership_stream(flags.seed, 0, scenario.topology.chat_pools.front().name.str());
  const Membership membership(scenario.workload, scenario.workload.users, random);
  if (!flags.out) {
    write_population(std::cout, membership, scenario.workload, password);
    return std::cout.flush() ? all_hold : bad_input;
  }
  // There are passwords in it: for this account only, from the first byte on.
  const int file = ::open(flags.out->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) throw Refused{flags.out->string() + ": cannot be written"};
  ::close(file);
  std::ofstream out(*flags.out);
  write_population(out, membership, scenario.workload, password);
  out.close();
  if (!out) throw Refused{flags.out->string() + ": cannot be written"};
  return all_hold;
}

ExitCode code_of(const io::Run& run) {
  if (run.interrupted) return interrupted;
  if (run.measured->invalid) return run_invalid;
  for (const Verdict& verdict : run.answer.report.verdicts)
    if (verdict.kind != VerdictKind::holds) return one_fails;
  return all_hold;
}

void print_summary(const io::Run& run, const Played& played) {
  for (const Verdict& verdict : run.answer.report.verdicts)
    std::printf("%s: %s%s%s\n", verdict.sentence.c_str(), std::string(name_of(verdict.kind)).c_str(),
                verdict.note.empty() ? "" : ", ", verdict.note.c_str());
  const Balance& balance = played.balance;
  std::printf("posts: %llu sent, %llu acknowledged, %llu refused and not sent again in time, %llu without an answer\n",
              static_cast<unsigned long long>(balance.sent), static_cast<unsigned long long>(balance.acknowledged),
              static_cast<unsigned long long>(balance.refused), static_cast<unsigned long long>(balance.unanswered));
  std::printf("read back: %llu acknowledged are missing, %llu are stored twice, %llu are stored and were not acknowledged\n",
              static_cast<unsigned long long>(balance.missing), static_cast<unsigned long long>(balance.stored_twice),
              static_cast<unsigned long long>(balance.stored_unacknowledged));
}

ExitCode play_scenario(const Scenario& scenario, const Flags& flags, std::vector<io::RunFinding> findings) {
  const SslContext tls = flags.tls ? client_tls(flags.ca) : SslContext{};
  PlayOptions options;
  options.seed = flags.seed;
  options.fleet = settings_of(scenario, flags, tls.get());
  options.server_processes = flags.server_pids;
  options.database_process = flags.database_pid;
  options.wants_stop = [] { return stop_wished != 0; };
  if (flags.progress)
    options.on_progress = [](double share) {
      std::fprintf(stderr, "{\"progress\":%.3f,\"finished\":0,\"wanted\":1,\"variant\":null}\n", share);
    };
  if (flags.out) io::check_run_folder(*flags.out);
  allow_connections(static_cast<std::size_t>(endpoints(scenario.workload)) + 1);
  Played played = play(scenario, options);
  io::Run run;
  run.source = "real";
  run.version = POOLCAST_VERSION;
  run.seed = flags.seed;
  run.options.allow_unsupported = flags.allow_unsupported;
  run.interrupted = played.stopped;
  run.measured = played.measured;
  run.measured->transport = flags.tls ? "tls" : "tcp";
  const std::vector<ReplicationResult> results{std::move(played.result)};
  run.answer = {scenario, std::move(findings), make_report(scenario, results), merged_histograms(scenario, results)};
  for (const std::string& remark : played.remarks) complain(remark);
  if (run.measured->invalid) complain("not valid: " + *run.measured->invalid);
  if (flags.json)
    std::printf("%s\n", io::run_json(run).c_str());
  else
    print_summary(run, played);
  if (flags.out) io::write_run_folder(run, *flags.out);
  return code_of(run);
}

ExitCode perform(const Flags& flags) {
  std::vector<io::RunFinding> findings;
  const Scenario scenario = load(flags, findings);
  if (flags.verb == Verb::prepare) return prepare(scenario, flags);
  if (flags.verb == Verb::play) return play_scenario(scenario, flags, std::move(findings));
  const SslContext tls = flags.tls ? client_tls(flags.ca) : SslContext{};
  allow_connections(static_cast<std::size_t>(endpoints(scenario.workload)) + 1);
  drive(scenario, settings_of(scenario, flags, tls.get()), flags.seed);
  return all_hold;
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  const auto flags = read_flags(argc, argv);
  if (const ExitCode* code = std::get_if<ExitCode>(&flags)) return *code;
  listen_to_signals();
  try {
    return perform(std::get<Flags>(flags));
  } catch (const io::ConfigError& error) {
    std::fprintf(stderr, "%s\n", error.what());
  } catch (const Refused& refused) {
    complain(refused.why);
  } catch (const std::invalid_argument& error) {  // an unknown product
    complain(error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    complain(error.what());
  } catch (const std::runtime_error& error) {
    complain(error.what());
    return run_failed;
  }
  return bad_input;
}

}  // namespace poolcast::loadgen
