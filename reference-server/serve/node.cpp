#include "reference-server/serve/node.hpp"

#include <algorithm>
#include <utility>

namespace poolcast::serve {

using namespace std::chrono_literals;

namespace {

constexpr auto chat_tick = 100ms;
constexpr auto directory_poll = 1s;  // an administrator's or another node's change is seen within this
constexpr auto drain_step = 50ms;
constexpr auto drain_patience = 5s;  // for clients that do not take their last bytes

// Of deadlines that are as long as the patience and longer; a third of it is the shortest.
std::chrono::milliseconds sweep_of(const Settings& settings) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(settings.sip.authenticate_within_s / 6, 5.0) * 1e3));
}

std::string text_of(const net::ListenAddress& address) { return address.host + ":" + std::to_string(address.port); }

}  // namespace

Node::Node(net::Loop& loop, ops::Log& log, Monitor& monitor, Settings settings, std::unique_ptr<store::Store> store,
           std::shared_ptr<net::TlsKeeper> tls, std::shared_ptr<link::Tls> link_tls)
    : loop_(loop),
      log_(log),
      monitor_(monitor),
      settings_(std::move(settings)),
      store_(std::move(store)),
      tls_(std::move(tls)),
      link_tls_(std::move(link_tls)),
      address_guard_(settings_.address_limits) {}

Node::~Node() {
  fellowship_.reset();
  if (tls_listener_) tls_listener_->end_all();
  if (tcp_listener_) tcp_listener_->end_all();
}

Result<Done> Node::start() {
  auto directory = store_->load_directory();
  if (!directory) return directory.error();
  const store::Directory facts{.revision = 0, .database = directory->database, .servers = directory->servers};
  settings_.chat.database_version = store::to_string(directory->database);
  if (const auto listening = listen_for_files(); !listening) return listening.error();
  service_ = std::make_unique<chat::Service>(settings_.chat, *this, std::move(*directory), &monitor_);
  // What lingers longer than this has been given up anyway.
  const auto oldest = now().utc.time_since_epoch() - std::chrono::hours{24};
  const auto endpoints = store_->load_endpoints(oldest.count());
  if (!endpoints) return endpoints.error();
  service_->expect(*endpoints);
  if (const auto linking = link(facts); !linking) return linking.error();
  follow(facts.servers);
  if (const auto listening = listen(); !listening) return listening.error();
  if (const auto listening = listen_for_http(); !listening) return listening.error();
  loop_.every(chat_tick, [this] { service_->tick(); });
  loop_.every(directory_poll, [this] { follow_directory(); });
  loop_.every(sweep_of(settings_), [this] { check_deadlines(); });
  loop_.every(1s, [this] { tick_second(); });
  if (settings_.fellow_nodes > 0 && !fellowship_) {
    log_.warning(
        "This node does not hear of posts and participants at the pool's other nodes: give each a `link` in the scenario's "
        "topology.deployment, or run one of them.",
        {{"other_active_nodes", settings_.fellow_nodes}});
  }
  log_.info("The node is ready.", {{"node", settings_.node}, {"rooms", service_->rooms()}, {"pool", settings_.sip.pool_uri}});
  return Done{};
}

net::Listener::MakeUser Node::client_maker(const sip::Settings& settings) {
  return [this, &settings](net::Connection& connection) { return std::make_unique<Client>(*this, settings, connection); };
}

// One host must not take the places of all others. Its clients come again, as they do when a server is full.
bool Node::admits(const std::string& address) {
  if (address_guard_.take_connection(address, now().steady_s)) return true;
  ++totals_.turned_away.address_connections;
  log_.warning("An address has too many connections that have not signed in; further ones are closed.", {{"address", address}});
  return false;
}

Result<Done> Node::listen() {
  net::ListenerLimits limits;
  limits.connection.handshake =
      std::chrono::milliseconds(static_cast<std::int64_t>(settings_.sip.authenticate_within_s * 1e3 / 3));
  limits.sweep = sweep_of(settings_);
  limits.admits = [this](const std::string& address) { return admits(address); };
  tls_sip_ = tcp_sip_ = settings_.sip;
  if (settings_.tls_listen) {
    tls_listener_ = std::make_unique<net::Listener>(loop_, limits, client_maker(tls_sip_),
                                                    [this](int socket) { return tls_->current()->accept(socket); });
    if (const auto opened = tls_listener_->open(*settings_.tls_listen); !opened) return opened.error();
    tls_sip_.contact = text_of(tls_listener_->address());
    tls_sip_.via = "SIP/2.0/TLS " + tls_sip_.contact;
    log_.info("Listening for TLS.", {{"address", tls_sip_.contact}});
  }
  if (settings_.tcp_listen) {
    tcp_listener_ = std::make_unique<net::Listener>(loop_, limits, client_maker(tcp_sip_), nullptr);
    if (const auto opened = tcp_listener_->open(*settings_.tcp_listen); !opened) return opened.error();
    tcp_sip_.contact = text_of(tcp_listener_->address());
    tcp_sip_.via = "SIP/2.0/TCP " + tcp_sip_.contact;
    log_.info("Listening for plain TCP on the loopback.", {{"address", tcp_sip_.contact}});
  }
  return Done{};
}

Result<Done> Node::link(const store::Directory& directory) {
  if (!settings_.links) return Done{};
  link::Hello self{.pool = settings_.pool, .node = settings_.node, .database = directory.database};
  const auto chance = [this] { return static_cast<double>(random() >> 11U) / static_cast<double>(1ULL << 53U); };
  fellowship_ = std::make_unique<Fellowship>(Fellowship::Parts{loop_, log_, *service_, [this] { follow_directory(); }, chance},
                                             *settings_.links, std::move(self), link_tls_);
  if (const auto opened = fellowship_->open(); !opened) return opened.error();
  fellowship_->add_figures(monitor_.registry());
  if (link_tls_) watch_link_certificate();
  log_.info("Listening for the other nodes of the pool.",
            {{"address", fellowship_->address()}, {"peers", settings_.links->peers.size()}, {"tls", link_tls_ != nullptr}});
  return Done{};
}

void Node::watch_link_certificate() {
  const auto seconds = [](net::WallTime time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); };
  monitor_.registry().computed("certificate_expires_timestamp_seconds",
                               "Until when the certificate is valid, in seconds since 1970.",
                               {{"pool", settings_.pool}, {"node", settings_.node}, {"use", "link"}},
                               [this, seconds] { return seconds(link_tls_->certificate().not_after); });
  if (link_tls_->certificate().not_after <= std::chrono::system_clock::now())
    log_.error("The certificate for other nodes has expired: none of them will be linked. Renew it and reload.",
               {{"certificate", settings_.links->tls->certificate}});
}

void Node::follow(const std::vector<store::Server>& servers) {
  for (const store::Server& server : servers)
    if (server.name == settings_.node) active_ = server.active;
  if (fellowship_) fellowship_->follow(servers);
}

// Another node or an administrator may have changed who and what there is.
void Node::follow_directory() {
  if (following_) {
    follow_again_ = true;  // what is being read may be older than what we were just told of
    return;
  }
  following_ = true;
  store_->changes_since(service_->revision(), [this](Result<store::Directory> changes) {
    following_ = false;
    const bool again = std::exchange(follow_again_, false);
    if (!changes) return;  // the store says in the log that the database is away
    follow(changes->servers);
    if (changes->revision > service_->revision()) service_->changed(std::move(*changes));
    if (again) follow_directory();
  });
}

void Node::check_deadlines() {
  for (net::Listener* const listener : {tls_listener_.get(), tcp_listener_.get()}) {
    if (listener == nullptr) continue;
    for (const auto& connection : listener->all()) {
      auto* const client = static_cast<Client*>(connection->user());
      if (client != nullptr && !client->endpoint().check_deadlines()) connection->end(net::Ended::by_us);
    }
  }
}

void Node::reload_certificate() {
  if (link_tls_) {
    if (const auto reloaded = link_tls_->reload(); !reloaded)
      log_.error("The new certificate for other nodes cannot be used; the old one goes on.", {{"why", reloaded.error().message}});
  }
  if (!tls_) return;
  const auto reloaded = tls_->reload();
  if (reloaded)
    log_.info("The certificate was read again.", {{"fingerprint", tls_->current()->certificate().fingerprint}});
  else
    log_.error("The new certificate cannot be used; the old one goes on.", {{"why", reloaded.error().message}});
}

void Node::drain() {
  if (draining_) return;
  draining_ = true;
  std::size_t open = 0;
  for (net::Listener* const listener : {tls_listener_.get(), tcp_listener_.get()}) {
    if (listener == nullptr) continue;
    listener->stop_accepting();
    open += listener->all().size();
  }
  log_.info("Draining: no new sessions, connections are closed one after the other.",
            {{"connections", open}, {"drain_s", settings_.drain_s}});
  // What is in flight has a little longer than the last quiet connection.
  constexpr auto for_the_last = 5s;
  drain_until_ =
      std::chrono::steady_clock::now() + for_the_last +
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(settings_.drain_s));
  const double steps = std::max(1.0, settings_.drain_s / std::chrono::duration<double>(drain_step).count());
  const auto at_once = static_cast<std::size_t>(static_cast<double>(open) / steps) + 1;
  loop_.every(drain_step, [this, at_once] { close_some(at_once); });
}

// Clients come back elsewhere as they are closed: spread out, that is no storm. What is in flight is answered first.
void Node::close_some(std::size_t at_once) {
  std::size_t left = 0;
  for (net::Listener* const listener : {tls_listener_.get(), tcp_listener_.get()}) {
    if (listener == nullptr) continue;
    for (const auto& connection : listener->all()) {
      if (connection->closing()) {
        ++left;
        continue;
      }
      const auto* const client = static_cast<Client*>(connection->user());
      const bool busy = client != nullptr && !client->endpoint().idle() && std::chrono::steady_clock::now() < drain_until_;
      if (at_once > 0 && !busy) {
        --at_once;
        ++left;  // until what it is sent has left
        connection->close_when_sent();
      } else {
        ++left;
      }
    }
  }
  const bool late = std::chrono::steady_clock::now() > drain_until_ + drain_patience;
  if ((left == 0 && store_->waiting_posts() == 0) || late) {
    if (late) log_.warning("The drain took too long; what is left is cut.", {{"connections", left}});
    log_.info("Drained.");
    loop_.stop();
  }
}

}  // namespace poolcast::serve
