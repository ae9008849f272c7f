// This node among the others of its pool: what the chat wants them to know goes out over links, what they say goes to the chat.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reference-server/chat/port.hpp"
#include "reference-server/chat/service.hpp"
#include "reference-server/link/hub.hpp"
#include "reference-server/ops/log.hpp"
#include "reference-server/ops/registry.hpp"
#include "reference-server/ops/status.hpp"
#include "reference-server/serve/link_settings.hpp"

namespace poolcast::serve {

class Fellowship : public link::HubUser {
public:
  struct Parts {
    net::Loop& loop;
    ops::Log& log;
    chat::Service& service;
    std::function<void()> directory_changed;  // another node has edited it
    std::function<double()> chance;           // between 0 and 1
  };
  Fellowship(Parts parts, const PoolLinks& links, link::Hello self, std::shared_ptr<link::Tls> tls);

  Result<Done> open() { return hub_.open(); }
  std::string address() const;
  // Whom an administrator wants to serve: a node that should be there and is not linked makes the chat look into the database.
  void follow(const std::vector<store::Server>& servers);

  void tell_presence(chat::PeerSet peers, const chat::Presence& presence);
  void tell_post(chat::PeerSet peers, const store::Message& message, std::string_view client_id);
  void tell_doubt(store::RoomId room) { hub_.tell_all(link::Doubt{room}); }
  void tell_changed() { hub_.tell_all(link::Changed{}); }
  void cut(chat::PeerNumber peer, const std::string& why);
  void when_peers_know(std::function<void()> go_on) { hub_.when_known(std::move(go_on)); }

  std::vector<ops::PeerStatus> status() const;
  void add_figures(ops::Registry& registry) const;

  // link::HubUser
  void peer_linked(link::PeerNumber peer) override;
  void peer_said(link::PeerNumber peer, link::Message message) override;
  void peer_lost(link::PeerNumber peer, const std::string& why) override;
  void peer_unreachable(link::PeerNumber peer, const std::string& why) override;
  void stranger_refused(const std::string& address, const std::string& why) override;

private:
  Parts parts_;
  std::vector<bool> serves_;
  std::vector<std::string> last_failures_;  // of each peer: what the log has said already
  std::string frame_;                       // of a post, made once for all peers
  link::Hub hub_;
};

}  // namespace poolcast::serve
