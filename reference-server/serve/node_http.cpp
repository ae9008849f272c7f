// What the node serves over HTTP: metrics, health, the status page; files over HTTPS.
#include "reference-server/serve/file_tokens.hpp"
#include "reference-server/serve/node.hpp"

namespace poolcast::serve {

using namespace std::chrono_literals;

Result<Done> Node::listen_for_http() {
  if (!settings_.http_listen) return Done{};
  auto routes = std::make_shared<net::HttpRoutes>();
  ops::add_routes(
      *routes, monitor_.registry(), [this] { return status(); }, [] { return std::chrono::system_clock::now(); });
  ops::add_figures(monitor_.registry(), [this] { return status(); });
  add_security_figures();
  auto server = net::HttpServer::listen(
      loop_.io(), {.address = settings_.http_listen->host, .port = settings_.http_listen->port, .allow_remote = true},
      [routes](const net::HttpRequest& request, const net::Responder& responder) { (*routes)(request, responder); });
  if (!server) return server.error();
  http_server_ = std::move(*server);
  log_.info("Listening for HTTP: /metrics, /healthz and the status page.",
            {{"address", settings_.http_listen->host + ":" + std::to_string(http_server_->port())}});
  return Done{};
}

void Node::add_security_figures() {
  using TurnedAway = Totals::TurnedAway;
  const auto add = [this](const char* why, std::uint64_t TurnedAway::*count) {
    monitor_.registry().computed("turned_away_total", "Connections and requests that were refused because of a limit.",
                                 {{"pool", settings_.pool}, {"node", settings_.node}, {"why", why}},
                                 [this, count] { return static_cast<double>(totals_.turned_away.*count); });
  };
  add("address_connections", &TurnedAway::address_connections);
  add("address_bytes", &TurnedAway::address_bytes);
  add("address_failures", &TurnedAway::address_failures);
  add("rate", &TurnedAway::rate);
  monitor_.registry().computed("failed_sign_ins_total", "Sign-ins with wrong credentials.",
                               {{"pool", settings_.pool}, {"node", settings_.node}},
                               [this] { return static_cast<double>(totals_.failed_sign_ins); });
}

Result<Done> Node::listen_for_files() {
  if (!settings_.files_listen) return Done{};
  files::FileServiceSettings settings;
  settings.root = settings_.data / "files";
  if (settings_.scenario) {
    for (const ChatPool& pool : settings_.scenario->topology.chat_pools)
      if (pool.name.str() == settings_.pool) settings.max_file_kb = static_cast<Count>(pool.max_file_size.count / 1e3);
  }
  files_ = std::make_unique<files::FileService>(
      settings, std::make_shared<FileTokens>(*this, settings_.chat.compliance),
      [this](std::function<void()> work) { loop_.post(std::move(work)); }, [] { return std::chrono::system_clock::now(); },
      &monitor_);
  net::HttpLimits limits;
  limits.body_bytes = static_cast<std::size_t>(settings.max_request_kb) * 1024;
  auto server = net::HttpServer::listen(
      loop_.io(),
      {.address = settings_.files_listen->host,
       .port = settings_.files_listen->port,
       .allow_remote = true,
       .tls = tls_,
       .limits = limits},
      [this](const net::HttpRequest& request, const net::Responder& responder) { files_->handle(request, responder); });
  if (!server) return server.error();
  file_server_ = std::move(*server);
  settings_.chat.file_service = "https://" + settings_.files_listen->host + ":" + std::to_string(file_server_->port()) +
                                std::string(files::file_service_path);
  files_->tidy();
  loop_.every(5min, [this] { files_->tidy(); });
  log_.info("Listening for files.", {{"address", settings_.chat.file_service}});
  return Done{};
}

ops::Status Node::status() {
  ops::Status status;
  status.node = settings_.node;
  status.pool = settings_.pool;
  status.version = POOLCAST_VERSION;
  status.phase = draining_ ? ops::Phase::draining : ops::Phase::ready;
  status.database = store_->available() ? ops::DatabaseState::connected : ops::DatabaseState::reconnecting;
  status.database_name = store_->dialect() == store::Dialect::sqlite ? "SQLite" : "PostgreSQL";
  for (const net::Listener* const listener : {tls_listener_.get(), tcp_listener_.get()})
    if (listener != nullptr) status.connections += listener->connections();
  status.users = service_->users_connected();
  status.rooms = service_->rooms();
  status.posts_per_s = monitor_.posts_per_s();
  status.deliveries_per_s = monitor_.copies_per_s();
  status.queues = {{"posts for the database", store_->waiting_posts(), store::Limits{}.waiting_posts}};
  status.started = started_;
  if (fellowship_) status.peers = fellowship_->status();
  if (tls_) status.certificate_expires = tls_->current()->certificate().not_after;
  return status;
}

void Node::tick_second() {
  ops::Registry& registry = monitor_.registry();
  registry.gauge(Metric::users_connected).set(static_cast<double>(service_->users_connected()));
  registry.gauge(Metric::queue_length).set(static_cast<double>(store_->waiting_posts()));
  monitor_.tick(totals_.posts, totals_.infos_sent);
}

}  // namespace poolcast::serve
