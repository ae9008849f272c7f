#include "reference-server/serve/settings.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "domain/io/config_error.hpp"
#include "domain/io/library_folders.hpp"
#include "domain/io/scenario_file.hpp"
#include "reference-server/store/config.hpp"

namespace poolcast::serve {

namespace {

using io::ConfigError;
using io::Problem;

[[noreturn]] void refuse(const std::string& flag, const std::string& message) {
  throw ConfigError({Problem{"", 0, 0, flag, message}});
}

net::ListenAddress address_of(const std::string& text, const Problem& where) {
  const auto address = net::parse_listen_address(text);
  if (address) return *address;
  Problem problem = where;
  problem.message = address.error().message;
  throw ConfigError({problem});
}

Problem at(const io::Positions& positions, const std::string& key) {
  const auto found = positions.find(key);
  if (found == positions.end()) return {"", 0, 0, key, ""};
  return {found->second.file, found->second.line, found->second.column, key, ""};
}

std::string value_of(const Secret& secret, const Problem& where) {
  Problem problem = where;
  if (secret.variable) {
    const char* const value = std::getenv(secret.variable->c_str());
    if (value != nullptr) return value;
    problem.message = "the environment variable `" + *secret.variable + "` is not set";
    throw ConfigError({problem});
  }
  std::ifstream file(secret.file.value_or(""));
  std::string line;
  if (std::getline(file, line)) return line;
  problem.message = "cannot read the first line of `" + secret.file.value_or("") + "`";
  throw ConfigError({problem});
}

struct Found {
  const ChatPool* pool = nullptr;
  const Deployment* deployment = nullptr;
  std::string key;  // of the deployment
};

std::string names_of_servers(const Topology& topology) {
  std::string names;
  for (const ChatPool& pool : topology.chat_pools)
    for (const auto* list : {&pool.active, &pool.standby})
      for (const NodeId& node : *list) names += (names.empty() ? "" : ", ") + node.str();
  return names;
}

Found find_node(const Scenario& scenario, const NodeId& node) {
  Found found;
  for (const ChatPool& pool : scenario.topology.chat_pools)
    for (const auto* list : {&pool.active, &pool.standby})
      if (std::ranges::find(*list, node) != list->end()) found.pool = &pool;
  if (found.pool == nullptr)
    refuse("--node", "found `" + node.str() + "`; expected one of " + names_of_servers(scenario.topology));
  for (std::size_t i = 0; i < scenario.topology.deployment.size(); ++i) {
    if (scenario.topology.deployment[i].node != node) continue;
    found.deployment = &scenario.topology.deployment[i];
    found.key = "topology.deployment[" + std::to_string(i) + "]";
  }
  return found;
}

void apply_deployment(Settings& settings, const Found& found, const io::Positions& positions) {
  if (found.deployment == nullptr) return;
  const Deployment& here = *found.deployment;
  if (here.listen) settings.tls_listen = address_of(*here.listen, at(positions, found.key + ".listen"));
  if (here.certificate) settings.certificate = *here.certificate;
  if (here.private_key) settings.private_key = *here.private_key;
  if (!here.odbc) return;
  std::string connection = *here.odbc;
  if (here.database_password) {
    if (!connection.empty() && connection.back() != ';') connection += ';';
    connection += "Password={" + value_of(*here.database_password, at(positions, found.key + ".database_password")) + "}";
  }
  settings.connections = {connection};
}

void apply_pool(Settings& settings, const ChatPool& pool) {
  settings.pool = pool.name.str();
  settings.fellow_nodes = static_cast<std::size_t>(
      std::count_if(pool.active.begin(), pool.active.end(), [&](const NodeId& node) { return node.str() != settings.node; }));
  settings.site = site_of(pool, NodeId(settings.node)).str();
  settings.chat.recent_messages = static_cast<std::size_t>(std::max<Count>(pool.default_chat_history, 1));
  settings.chat.participant_update_limit = static_cast<std::size_t>(pool.participant_update_limit);
  settings.chat.compliance = pool.compliance;
  settings.compliance_interval = std::chrono::duration_cast<std::chrono::minutes>(pool.compliance_run_interval);
}

void apply_scenario(Settings& settings, const Flags& flags) {
  const std::vector<std::filesystem::path> folders(flags.library.begin(), flags.library.end());
  const io::LoadedScenario loaded = io::load_scenario(flags.scenario, {io::library_folders(folders), flags.overrides});
  settings.scenario = loaded.scenario;
  settings.scenario_digest = io::digest(loaded.scenario);
  if (flags.node.empty()) refuse("--node", "a scenario has several; name one of " + names_of_servers(loaded.scenario.topology));
  settings.node = flags.node;
  const NodeId found_node(flags.node);
  const Found found = find_node(*settings.scenario, found_node);
  apply_pool(settings, *found.pool);
  if (const Site* const site = find_site(settings.scenario->topology, SiteId(settings.site))) settings.chat.domain = site->domain;
  settings.chat.roster_window_s = settings.scenario->workload.roster_window.count();
  apply_deployment(settings, found, loaded.positions);
  settings.links = links_of(loaded, *found.pool, found_node, flags.plain_links);
  if (settings.links) settings.chat.peers = settings.links->peers.size();
}

void apply_listeners(Settings& settings, const Flags& flags) {
  if (!flags.listen.empty()) settings.tls_listen = address_of(flags.listen, {"", 0, 0, "--listen", ""});
  if (!settings.tls_listen) settings.tls_listen = net::ListenAddress{"127.0.0.1", 5061};
  if (flags.no_tls) settings.tls_listen.reset();
  if (!flags.tcp.empty()) {
    settings.tcp_listen = address_of(flags.tcp, {"", 0, 0, "--tcp", ""});
    if (!net::is_loopback(*settings.tcp_listen))
      refuse("--tcp",
             "found `" + flags.tcp + "`; expected a loopback address, because plain TCP shows everything to the network");
  }
  if (!settings.tls_listen && !settings.tcp_listen) refuse("--no-tls", "then --tcp is needed");
  if (!flags.http.empty()) settings.http_listen = address_of(flags.http, {"", 0, 0, "--http", ""});
  if (!flags.files.empty()) settings.files_listen = address_of(flags.files, {"", 0, 0, "--files", ""});
}

std::optional<ops::Watched> database_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  ops::Watched database{.name = "database", .tree = true};
  if (text.find_first_not_of("0123456789") == std::string::npos) {
    constexpr std::size_t most_digits = 9;
    database.pid = text.size() > most_digits ? 0 : std::stoi(text);
    if (database.pid <= 0) refuse("--database-pid", "found `" + text + "`; expected the number of a process");
    return database;
  }
  database.pid_file = text;
  if (!ops::read_pid_file(text))
    refuse("--database-pid",
           "found `" + text + "`; expected a process's number, or a file whose first line is one: postmaster.pid");
  return database;
}

}  // namespace

Settings make_settings(const Flags& flags) {
  Settings settings;
  settings.node = "chat-1";
  settings.pool = "chat";
  settings.site = "local";
  settings.data = flags.data;
  settings.chat.domain = "poolcast.example";
  if (!flags.scenario.empty()) {
    apply_scenario(settings, flags);
  } else if (!flags.node.empty()) {
    refuse("--node", "names a node of a scenario; give --scenario too");
  }
  settings.first_start_content = flags.scenario.empty();
  if (!flags.domain.empty()) settings.chat.domain = flags.domain;
  if (!flags.odbc.empty()) settings.connections = flags.odbc;
  if (settings.connections.empty())
    settings.connections = {store::sqlite_connection((settings.data / "content.sqlite").string())};
  if (flags.compliance) settings.chat.compliance = true;
  settings.compliance_connection = flags.compliance_odbc.empty()
                                       ? store::sqlite_connection((settings.data / "compliance.sqlite").string())
                                       : flags.compliance_odbc;
  apply_listeners(settings, flags);
  settings.chat.display_name = settings.pool;
  settings.realm = settings.chat.domain;
  settings.sip.domain = settings.chat.domain;
  settings.sip.pool_uri = "sip:" + settings.pool + "@" + settings.chat.domain;
  settings.sip.node_uri = "sip:" + settings.node + "." + settings.pool + "@" + settings.chat.domain;
  settings.sip.realm = settings.realm;
  settings.sip.scheme = flags.scheme == "ntlm" ? sip::Scheme::ntlm : sip::Scheme::digest;
  settings.sip.ntlm.target = settings.node + "." + settings.chat.domain;
  settings.sip.ntlm.netbios_domain = settings.chat.domain.substr(0, settings.chat.domain.find('.'));
  settings.sip.ntlm.netbios_computer = settings.node;
  settings.drain_s = flags.drain_s;
  settings.address_limits.connections = flags.address_connections;
  settings.sip.authenticate_within_s = settings.sip.finish_message_within_s = flags.patience_s;
  settings.log.format = flags.log_format == "json" ? ops::LogFormat::json : ops::LogFormat::logfmt;
  if (flags.quiet) settings.log.lowest = ops::LogLevel::warning;
  settings.out = flags.out;
  settings.database = database_of(flags.database_pid);
  return settings;
}

}  // namespace poolcast::serve
