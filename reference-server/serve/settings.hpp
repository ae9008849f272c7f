// What one process is: a node of a scenario's topology, or a node of its own. Everything that a flag or a file says, checked.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/scenario.hpp"
#include "domain/topology.hpp"
#include "reference-server/chat/config.hpp"
#include "reference-server/net/listener.hpp"
#include "reference-server/ops/log.hpp"
#include "reference-server/ops/sampler.hpp"
#include "reference-server/serve/link_settings.hpp"
#include "reference-server/sip/address_guard.hpp"
#include "reference-server/sip/settings.hpp"

namespace poolcast::serve {

// As on the command line; empty: the default, or what the scenario says.
struct Flags {
  std::string scenario;
  std::string node;
  std::vector<std::string> library;
  std::vector<std::string> overrides;
  std::string data = "poolcast-data";  // database, keys, certificate, files
  std::string listen;
  std::string tcp;    // plain TCP, loopback only
  std::string http;   // metrics, health, status page
  std::string files;  // file web service (HTTPS)
  std::string domain;
  std::vector<std::string> odbc;  // the partners of a mirrored database, tried in turn
  std::string compliance_odbc;
  bool compliance = false;
  std::string scheme = "digest";
  std::string out;           // run folder
  std::string database_pid;  // number or file
  std::string log_format = "logfmt";
  bool no_tls = false;
  bool plain_links = false;  // between nodes on the loopback
  bool quiet = false;
  double drain_s = 30;
  std::size_t address_connections = sip::AddressLimits{}.connections;
  double patience_s = sip::Settings{}.authenticate_within_s;
};

struct Settings {
  std::optional<Scenario> scenario;
  std::string scenario_digest;
  std::string node;  // "chat-1"
  std::string pool;  // "chat"
  std::string site;
  std::size_t fellow_nodes = 0;  // other active nodes of the pool
  std::optional<PoolLinks> links;
  std::filesystem::path data;

  std::optional<net::ListenAddress> tls_listen;
  std::optional<net::ListenAddress> tcp_listen;
  std::optional<net::ListenAddress> http_listen;
  std::optional<net::ListenAddress> files_listen;
  std::string certificate;  // PEM; empty: one of our own in the data folder
  Secret private_key;

  std::vector<std::string> connections;  // ODBC
  std::string compliance_connection;
  std::chrono::minutes compliance_interval{15};
  bool first_start_content = false;  // a node of its own makes a demo user, a category and a room

  std::string realm;
  sip::Settings sip;  // addresses in it are filled in when the ports are known
  sip::AddressLimits address_limits;
  chat::Config chat;
  double drain_s = 30;
  ops::LogSettings log;
  std::filesystem::path out;
  std::optional<ops::Watched> database;  // the database's processes, where they are on this machine
};

// Throws io::ConfigError with the file, line and key of everything that is wrong.
Settings make_settings(const Flags& flags);

}  // namespace poolcast::serve
