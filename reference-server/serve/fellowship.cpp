#include "reference-server/serve/fellowship.hpp"

#include <algorithm>
#include <type_traits>

namespace poolcast::serve {

static_assert(link::most_peers == chat::most_peers);

Fellowship::Fellowship(Parts parts, const PoolLinks& links, link::Hello self, std::shared_ptr<link::Tls> tls)
    : parts_(std::move(parts)),
      serves_(links.serves),
      last_failures_(links.peers.size()),
      hub_(parts_.loop, {.self = std::move(self), .listen = links.listen, .peers = links.peers, .tls = std::move(tls)}, *this,
           parts_.chance) {}

std::string Fellowship::address() const {
  const net::ListenAddress address = hub_.address();
  return address.host + ":" + std::to_string(address.port);
}

void Fellowship::follow(const std::vector<store::Server>& servers) {
  chat::PeerSet expected = 0;
  for (std::size_t i = 0; i < serves_.size(); ++i) {
    const auto named =
        std::ranges::find_if(servers, [&](const store::Server& server) { return server.name == hub_.peers()[i].node; });
    if (named != servers.end()) serves_[i] = named->active;
    if (serves_[i]) expected = static_cast<chat::PeerSet>(expected | chat::only(static_cast<chat::PeerNumber>(i)));
  }
  parts_.service.expect_peers(expected);
}

void Fellowship::tell_presence(chat::PeerSet peers, const chat::Presence& presence) {
  const link::Presence told{presence.room, presence.person, presence.present, presence.manager, presence.presenter};
  for (std::size_t i = 0; i < serves_.size(); ++i) {
    const auto peer = static_cast<link::PeerNumber>(i);
    if ((peers & chat::only(peer)) != 0) hub_.tell(peer, link::Message(told));
  }
}

void Fellowship::tell_post(chat::PeerSet peers, const store::Message& message, std::string_view client_id) {
  frame_.clear();
  link::append_post(frame_, message, client_id);
  for (std::size_t i = 0; i < serves_.size(); ++i) {
    const auto peer = static_cast<link::PeerNumber>(i);
    if ((peers & chat::only(peer)) != 0) hub_.tell(peer, std::string_view(frame_));
  }
}

void Fellowship::cut(chat::PeerNumber peer, const std::string& why) {
  parts_.loop.post([this, peer, why] { hub_.cut(peer, why); });  // its message is still being taken
}

void Fellowship::peer_linked(link::PeerNumber peer) {
  last_failures_[peer].clear();
  parts_.log.info("Linked with another node of the pool.", {{"peer", hub_.peers()[peer].node}});
  parts_.service.peer_linked(peer);
  hub_.tell(peer, link::Message(link::AllTold{}));
  hub_.when_known_by(peer, [this, peer] { parts_.service.peer_knows_all(peer); });
}

void Fellowship::peer_said(link::PeerNumber peer, link::Message message) {
  std::visit(
      [&](auto& said) {
        using Said = std::decay_t<decltype(said)>;
        if constexpr (std::is_same_v<Said, link::Presence>)
          parts_.service.peer_presence(peer, {said.room, said.person, said.present, said.manager, said.presenter});
        else if constexpr (std::is_same_v<Said, link::AllTold>)
          parts_.service.peer_told_all(peer);
        else if constexpr (std::is_same_v<Said, link::Post>)
          parts_.service.peer_post(std::move(said.message), said.client_id);
        else if constexpr (std::is_same_v<Said, link::Doubt>)
          parts_.service.peer_doubt(said.room);
        else if constexpr (std::is_same_v<Said, link::Changed>)
          parts_.directory_changed();
      },
      message);
}

void Fellowship::peer_lost(link::PeerNumber peer, const std::string& why) {
  parts_.log.warning("The link to another node is lost; what it stored is read from the database.",
                     {{"peer", hub_.peers()[peer].node}, {"why", why}});
  parts_.service.peer_lost(peer);
}

void Fellowship::peer_unreachable(link::PeerNumber peer, const std::string& why) {
  if (last_failures_[peer] == why) return;  // it is called again and again
  last_failures_[peer] = why;
  parts_.log.warning("Another node of the pool cannot be linked; what it stores is read from the database every few seconds.",
                     {{"peer", hub_.peers()[peer].node}, {"why", why}});
}

void Fellowship::stranger_refused(const std::string& address, const std::string& why) {
  parts_.log.warning("A connection to the address for other nodes was refused.", {{"from", address}, {"why", why}});
}

std::vector<ops::PeerStatus> Fellowship::status() const {
  std::vector<ops::PeerStatus> peers;
  for (std::size_t i = 0; i < serves_.size(); ++i) {
    const link::PeerState state = hub_.state(static_cast<link::PeerNumber>(i));
    peers.push_back({hub_.peers()[i].node, state.linked, serves_[i], state.round_trip_s});
  }
  return peers;
}

void Fellowship::add_figures(ops::Registry& registry) const {
  const auto add = [&](const char* name, const char* help, auto value) {
    for (std::size_t i = 0; i < serves_.size(); ++i) {
      const ops::Labels labels{{"pool", registry.here().pool}, {"node", registry.here().node}, {"peer", hub_.peers()[i].node}};
      registry.computed(name, help, labels, [this, value, peer = static_cast<link::PeerNumber>(i)] {
        return static_cast<double>(value(hub_.state(peer)));
      });
    }
  };
  add("peer_linked", "Whether the link to another node of the pool stands.",
      [](const link::PeerState& peer) { return peer.linked; });
  add("peer_links_total", "Links made to the node since the start.", [](const link::PeerState& peer) { return peer.links; });
  add("peer_unsent_bytes", "What waits to be sent to the node; the link is cut when 32 MiB do.",
      [](const link::PeerState& peer) { return peer.unsent_bytes; });
  add("peer_round_trip_seconds", "From a question to the node to its answer, the latest.",
      [](const link::PeerState& peer) { return peer.round_trip_s; });
  add("peer_messages_sent_total", "Posts, arrivals, departures and questions told to the node.",
      [](const link::PeerState& peer) { return peer.messages_sent; });
  add("peer_messages_heard_total", "Messages that the node has told.",
      [](const link::PeerState& peer) { return peer.messages_heard; });
}

}  // namespace poolcast::serve
