// poolcast-server: one node of a Persistent Chat pool.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "domain/io/config_error.hpp"
#include "reference-server/compliance/service.hpp"
#include "reference-server/net/certificate.hpp"
#include "reference-server/proto/crypto.hpp"
#include "reference-server/serve/first_start.hpp"
#include "reference-server/serve/node.hpp"
#include "reference-server/serve/settings.hpp"

namespace {

using namespace poolcast;
using serve::Flags;
using serve::Settings;

constexpr int bad_input = 2;
constexpr int cannot_start = 4;

void add_flags(CLI::App& app, Flags& flags) {
  app.add_option("--scenario", flags.scenario, "File or name of the scenario whose topology this node belongs to");
  app.add_option("--node", flags.node, "Chat server of the topology that this process becomes");
  app.add_option("--library", flags.library, "Folder with scenarios and topologies, searched before the usual ones");
  app.add_option("--set", flags.overrides, "Change of the scenario: topology.chat_pools.chat.compliance=off");
  app.add_option("--data", flags.data, "Folder of the embedded database, keys, certificate and files")->capture_default_str();
  app.add_option("--listen", flags.listen,
                 "Address and port for TLS (default: the scenario's, else 127.0.0.1:5061; port 0: any)");
  app.add_option("--tcp", flags.tcp, "Address and port for plain TCP, loopback only");
  app.add_flag("--no-tls", flags.no_tls, "Do not listen for TLS");
  app.add_flag("--plain-links", flags.plain_links, "Talk to the pool's other nodes without TLS, for tests on the loopback only");
  app.add_option("--http", flags.http, "Address and port of /metrics, /healthz and the status page");
  app.add_option("--files", flags.files, "Address and port of the file web service (HTTPS)");
  app.add_option("--domain", flags.domain, "SIP domain of users and rooms (default: the site's)");
  app.add_option(
      "--odbc", flags.odbc,
      "ODBC connection string of the content database, once for each partner of a mirrored one (default: SQLite in the data "
      "folder)");
  app.add_flag("--compliance", flags.compliance, "Record what is said (default: as the scenario's pool)");
  app.add_option("--compliance-odbc", flags.compliance_odbc,
                 "ODBC connection string of the compliance database (default: SQLite in the data folder)");
  app.add_option("--auth", flags.scheme, "How users prove who they are")
      ->check(CLI::IsMember({"digest", "ntlm"}))
      ->capture_default_str();
  app.add_option("--out", flags.out, "Run folder for what this node measures of itself");
  app.add_option("--database-pid", flags.database_pid,
                 "Number of the database's process on this machine, or its pid file: CPU, memory and disk of it and of all that "
                 "descend from it are measured");
  app.add_option("--drain", flags.drain_s, "Seconds over which connections are closed at SIGTERM")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  app.add_option("--address-connections", flags.address_connections,
                 "Connections of one network address that have not signed in; further ones are closed")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--patience", flags.patience_s,
                 "Seconds in which a client must sign in, and finish a message that it has begun; a third of it for TLS")
      ->check(CLI::Range(1.0, 600.0))
      ->capture_default_str();
  app.add_option("--log-format", flags.log_format, "Form of the log")
      ->check(CLI::IsMember({"logfmt", "json"}))
      ->capture_default_str();
  app.add_flag("--quiet", flags.quiet, "Log warnings and errors only");
  app.set_version_flag("--version", POOLCAST_VERSION);
}

// Ten thousand connections need as many descriptors; the soft limit is usually 1,024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<std::shared_ptr<net::TlsKeeper>> load_tls(const Settings& settings, ops::Log& log) {
  if (!settings.tls_listen && !settings.files_listen) return std::shared_ptr<net::TlsKeeper>{};
  net::TlsSettings tls;
  tls.certificate_chain = settings.certificate;
  tls.private_key = settings.private_key;
  if (settings.certificate.empty()) {
    const auto own = net::own_certificate({.directory = settings.data / "tls", .names = net::names_of_this_machine()},
                                          std::chrono::system_clock::now());
    if (!own) return own.error();
    tls.certificate_chain = own->files.chain.string();
    tls.private_key.file = own->files.private_key.string();
    if (own->made) log.info("Made a certificate.", {{"file", tls.certificate_chain}});
  }
  return net::TlsKeeper::load(tls);
}

void show(const serve::DemoUser& demo) {
  std::printf("User %s, password %s\nThe password is shown this once; poolcast-admin makes users.\n", demo.uri.substr(4).c_str(),
              demo.password.c_str());
  std::fflush(stdout);
}

std::unique_ptr<compliance::Service> record_compliance(const Settings& settings, ops::Log& log) {
  if (!settings.chat.compliance) return nullptr;
  compliance::Settings wanted;
  wanted.content_connections = settings.connections;
  wanted.compliance_connection = settings.compliance_connection;
  wanted.folder = (settings.data / "compliance").string();
  wanted.domain = settings.chat.domain;
  wanted.run_interval = settings.compliance_interval;
  if (const auto fits = compliance::check(wanted); !fits) throw io::ConfigError({{"", 0, 0, "compliance", fits.error().message}});
  return std::make_unique<compliance::Service>(wanted, [&log](const std::string& sentence) {
    log.warning("The compliance service warns.", {{"what", sentence}});
  });
}

int fail(ops::Log& log, std::string_view what, const Error& error) {
  log.error(what, {{"why", error.message}});
  std::fprintf(stderr, "poolcast-server: %s\n", error.message.c_str());
  return cannot_start;
}

int run(const Settings& settings) {
  std::filesystem::create_directories(settings.data);
  std::filesystem::permissions(settings.data, std::filesystem::perms::owner_all);
  raise_descriptor_limit();
  ops::Log log(settings.log);
  if (settings.sip.scheme == sip::Scheme::ntlm) {
    if (const auto loaded = proto::load_legacy_ciphers(); !loaded) return fail(log, "NTLM cannot be offered.", loaded.error());
  }
  net::Loop loop;
  serve::Monitor monitor(settings, log);
  const std::string key_file = (settings.data / "verifiers.key").string();
  store::Config config;
  config.connections = settings.connections;
  config.key_file = key_file;
  config.observer.on_commit = [&monitor](const store::CommitMeasured& commit) { monitor.committed(commit); };
  config.observer.on_call = [&monitor](const store::CallMeasured& call) { monitor.called(call); };
  config.observer.on_warning = [&log](const std::string& sentence) { log.warning("The store warns.", {{"what", sentence}}); };
  config.observer.on_availability = [&log](bool available) {
    if (available)
      log.info("The content database is there.");
    else
      log.error("The content database is away; posts are refused until it is back.");
  };
  auto store = store::Store::open(config, [&loop](std::function<void()> work) { loop.post(std::move(work)); });
  if (!store) return fail(log, "The content database cannot be used.", store.error());
  if (settings.first_start_content) {
    const auto demo = serve::make_demo_content(loop, **store, settings, key_file);
    if (!demo) return fail(log, "The first content cannot be made.", demo.error());
    if (*demo) show(**demo);
  }
  auto tls = load_tls(settings, log);
  if (!tls) return fail(log, "The certificate cannot be used.", tls.error());
  std::shared_ptr<link::Tls> link_tls;
  if (settings.links && settings.links->tls) {
    auto loaded = link::Tls::load(*settings.links->tls);
    if (!loaded) return fail(log, "The certificate for other nodes cannot be used.", loaded.error());
    link_tls = std::move(*loaded);
  }
  serve::Node node(loop, log, monitor, settings, std::move(*store), std::move(*tls), std::move(link_tls));
  // Before it says that it is ready: from then on somebody may want it to end.
  for (const int number : {SIGTERM, SIGINT})
    loop.on_signal(number, [&] {
      if (node.draining())
        loop.stop();  // asked twice: now
      else
        node.drain();
    });
  loop.on_signal(SIGHUP, [&] { node.reload_certificate(); });
  if (const auto started = node.start(); !started) return fail(log, "The node cannot start.", started.error());
  const auto compliance = record_compliance(settings, log);
  loop.run();
  monitor.finish();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app(
      "One node of a Persistent Chat pool: XCCOS over SIP, with its history in a database.\n"
      "Alone it serves a demo user and a room from an embedded database; with --scenario it becomes a node of a topology.",
      "poolcast-server");
  add_flags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : bad_input;
  }
  try {
    return run(serve::make_settings(flags));
  } catch (const io::ConfigError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return bad_input;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "poolcast-server: %s\n", error.what());
    return cannot_start;
  }
}
