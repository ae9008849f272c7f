// The shell: feeds the chat from the network, and performs what it asks for through network and store. Everything here runs on
// the loop's thread, apart from what the store posts back to it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "reference-server/chat/port.hpp"
#include "reference-server/chat/service.hpp"
#include "reference-server/files/file_service.hpp"
#include "reference-server/net/http_server.hpp"
#include "reference-server/net/listener.hpp"
#include "reference-server/net/tls_context.hpp"
#include "reference-server/ops/log.hpp"
#include "reference-server/serve/client.hpp"
#include "reference-server/serve/fellowship.hpp"
#include "reference-server/serve/monitor.hpp"
#include "reference-server/serve/settings.hpp"
#include "reference-server/sip/address_guard.hpp"
#include "reference-server/sip/guard.hpp"
#include "reference-server/store/store.hpp"

namespace poolcast::serve {

// What has been counted since the start.
struct Totals {
  std::uint64_t sign_ins = 0;
  std::uint64_t failed_sign_ins = 0;
  std::uint64_t posts = 0;
  std::uint64_t infos_sent = 0;
  std::uint64_t infos_answered = 0;
  struct TurnedAway {
    std::uint64_t address_connections = 0, address_bytes = 0, address_failures = 0, rate = 0;
  };
  TurnedAway turned_away;
};

// Marks of INFOs as the chat's posts.
std::vector<chat::PostMark> posts_of(std::span<const sip::Mark> marks);

class Node : public chat::Port {
public:
  Node(net::Loop& loop, ops::Log& log, Monitor& monitor, Settings settings, std::unique_ptr<store::Store> store,
       std::shared_ptr<net::TlsKeeper> tls, std::shared_ptr<link::Tls> link_tls);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() override;

  // Loads who and what there is, then listens. The error says what to do.
  Result<Done> start();
  // Takes no more sessions, finishes what is in flight, closes connections spread over the drain time, then stops the loop.
  void drain();
  void reload_certificate();

  // Of clients; see sip::Host.
  net::Loop& loop() { return loop_; }
  ops::Log& log() { return log_; }
  Monitor& monitor() { return monitor_; }
  sip::SignInGuard& guard() { return guard_; }
  sip::AddressGuard& address_guard() { return address_guard_; }
  proto::SipMessage& scratch_message() { return scratch_; }
  chat::Service& service() { return *service_; }
  store::Store& store() { return *store_; }
  Totals& totals() { return totals_; }
  bool draining() const { return draining_; }
  std::uint64_t random();
  void connect(chat::SessionId session, Client& client, sip::Dialog& dialog) { routes_[session] = {&client, &dialog}; }
  void disconnect(chat::SessionId session) { routes_.erase(session); }

  // chat::Port
  chat::Now now() override;
  void answer(chat::SessionId session, chat::Ticket ticket, int status, std::string_view reason) override;
  void send(chat::SessionId session, std::string_view xccos) override;
  void fan_out(std::span<const chat::SessionId> sessions, std::string_view xccos, const chat::PostMark& post) override;
  std::vector<chat::PostMark> unanswered(chat::SessionId session) override;
  void forget(chat::SessionId session) override;
  void shut_out(chat::SessionId session) override;
  void append(store::Post post, chat::Completion<store::Appended> done) override;
  void record(store::Event event) override;
  void history(store::HistoryQuery query, chat::Completion<std::vector<store::Message>> done) override;
  void search(store::SearchQuery query, chat::Completion<store::Found> done) override;
  void edit(std::vector<store::Edit> edits, chat::Completion<store::Directory> done) override;
  void preference(store::PrincipalId user, std::string label, chat::Completion<std::vector<store::Preference>> done) override;
  void set_preference(store::Preference preference, chat::Completion<store::Preference> done) override;
  void invite(store::Invitation invitation, chat::Completion<store::Invitation> done) override;
  void invitations(store::PrincipalId user, std::int64_t newer_than,
                   chat::Completion<std::vector<store::Invitation>> done) override;
  void grant_file_token(store::FileToken token, chat::Completion<Done> done) override;
  void save_endpoint(store::EndpointRooms endpoint) override;
  void tell_presence(chat::PeerSet peers, const chat::Presence& presence) override;
  void tell_post(chat::PeerSet peers, const store::Message& message, std::string_view client_id) override;
  void tell_doubt(store::RoomId room) override;
  void cut_peer(chat::PeerNumber peer, const std::string& why) override;
  void follow_directory() override;
  void when_peers_know(std::function<void()> go_on) override;
  std::string next_node() override;
  store::Uuid random_guid() override;

private:
  struct Route {
    Client* client = nullptr;
    sip::Dialog* dialog = nullptr;
  };
  Result<Done> listen();
  net::Listener::MakeUser client_maker(const sip::Settings& settings);
  bool admits(const std::string& address);
  void add_security_figures();
  Result<Done> link(const store::Directory& directory);
  void watch_link_certificate();
  Result<Done> listen_for_http();
  Result<Done> listen_for_files();
  ops::Status status();
  void tick_second();
  void follow(const std::vector<store::Server>& servers);
  void check_deadlines();
  void close_some(std::size_t at_once);

  net::Loop& loop_;
  ops::Log& log_;
  Monitor& monitor_;
  Settings settings_;
  std::unique_ptr<store::Store> store_;
  std::shared_ptr<net::TlsKeeper> tls_;
  std::shared_ptr<link::Tls> link_tls_;
  sip::SignInGuard guard_;
  sip::AddressGuard address_guard_;
  sip::Settings tls_sip_, tcp_sip_;  // each says how its own listener is reached
  proto::SipMessage scratch_;
  std::unique_ptr<chat::Service> service_;
  std::unique_ptr<Fellowship> fellowship_;  // none: alone
  std::unique_ptr<net::Listener> tls_listener_;
  std::unique_ptr<net::Listener> tcp_listener_;
  std::unique_ptr<files::FileService> files_;
  std::unique_ptr<net::HttpServer> http_server_;
  std::unique_ptr<net::HttpServer> file_server_;
  std::unordered_map<chat::SessionId, Route> routes_;
  std::vector<std::uint64_t> random_;  // a block from the cryptographic source
  Totals totals_;
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  bool active_ = true;  // an administrator wants this server to serve
  bool following_ = false;
  bool follow_again_ = false;
  bool draining_ = false;
  std::chrono::steady_clock::time_point drain_until_{};
};

}  // namespace poolcast::serve
