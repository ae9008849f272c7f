// One connected client: its connection, and what it says in SIP.
#pragma once

#include <memory>

#include "reference-server/net/connection.hpp"
#include "reference-server/sip/endpoint.hpp"

namespace poolcast::serve {

class Node;

class Client : public net::ConnectionUser, public sip::Host {
public:
  // `settings` say how this connection's listener is reached. Takes over the connection's place in the guard of addresses.
  Client(Node& node, const sip::Settings& settings, net::Connection& connection);

  std::size_t take(std::string_view bytes) override;
  void ended(net::Ended how) override;
  void shook_hands(const net::Handshake& handshake) override;
  sip::Endpoint& endpoint() { return endpoint_; }
  const sip::Endpoint& endpoint() const { return endpoint_; }
  net::Connection& connection() { return connection_; }

  double now_s() override;
  proto::UtcTime utc() override;
  std::uint64_t random() override;
  std::string& output(sip::Endpoint& endpoint) override;
  std::size_t unsent_bytes(const sip::Endpoint& endpoint) const override;
  void close_when_sent(sip::Endpoint& endpoint) override;
  bool is_user(std::string_view user) override;
  Result<std::string> digest_ha1(std::string_view user) override;
  Result<proto::Md5Sum> nt_hash(std::string_view user) override;
  bool takes_sign_ins() override;
  bool may_send(std::size_t bytes) override;
  bool has_guessed_too_often() override;
  void turned_away(sip::TurnedAway why) override;
  Result<sip::ChatSession> open_chat(sip::Endpoint& endpoint, sip::Dialog& dialog, const sip::NewChat& chat) override;
  void begin_chat(sip::ChatSession session) override;
  void close_chat(sip::ChatSession session, bool left, std::span<const sip::Mark> unanswered) override;
  std::size_t chat_info(sip::ChatSession session, std::uint64_t ticket, std::string_view body) override;
  Result<std::string> look_up(std::string_view body) override;
  void signed_in(std::string_view user, std::string_view how) override;
  void sign_in_failed(std::string_view user, std::string_view why) override;
  void delivered(std::size_t infos) override;
  bool measures_cpu_now() override;
  double cpu_s() override;
  void served(const sip::Served& served) override;

private:
  Node& node_;
  void give_back_place();

  net::Connection& connection_;
  bool holds_place_ = true;  // of those that have not signed in
  sip::Endpoint endpoint_;
};

}  // namespace poolcast::serve
