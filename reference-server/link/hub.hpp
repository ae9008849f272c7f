// All links of a node: listens for its peers, calls them, and knows who is there. Of two nodes the one whose name comes first
// calls, so that there is one connection and one order between them. Lives on the loop's thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/link/backoff.hpp"
#include "reference-server/link/conversation.hpp"
#include "reference-server/link/tls.hpp"
#include "reference-server/net/connector.hpp"
#include "reference-server/net/listener.hpp"

namespace poolcast::link {

using PeerNumber = std::uint8_t;  // its place in Settings::peers

// A pool has four active servers and as many in reserve (capacity planning for Persistent Chat Server); this leaves room.
constexpr std::size_t most_peers = 16;

struct Peer {
  std::string node;
  net::ListenAddress address;
};

struct Settings {
  Hello self;
  net::ListenAddress listen;
  std::vector<Peer> peers;
  std::shared_ptr<Tls> tls;  // none: plain TCP, for tests on the loopback
  ConversationLimits limits{};
};

// What the hub tells.
class HubUser {
public:
  virtual ~HubUser() = default;
  virtual void peer_linked(PeerNumber peer) = 0;  // what it must know may be said now
  virtual void peer_said(PeerNumber peer, Message message) = 0;
  virtual void peer_lost(PeerNumber peer, const std::string& why) = 0;
  virtual void peer_unreachable(PeerNumber peer, const std::string& why) = 0;  // each time it is called in vain
  virtual void stranger_refused(const std::string& address, const std::string& why) = 0;
};

// For /metrics and the status page.
struct PeerState {
  bool linked = false;
  std::size_t unsent_bytes = 0;
  double round_trip_s = 0;
  std::uint64_t links = 0;  // since the start
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_heard = 0;
};

class Hub {
public:
  Hub(net::Loop& loop, Settings settings, HubUser& user, std::function<double()> chance);
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  ~Hub();

  Result<Done> open();
  void close();  // for good; the hub itself stays as long as the loop runs
  net::ListenAddress address() const { return listener_.address(); }
  const std::vector<Peer>& peers() const { return settings_.peers; }
  PeerState state(PeerNumber peer) const;
  bool is_linked(PeerNumber peer) const { return states_[peer].wire != nullptr; }

  // Bytes of whole messages. Nothing happens when there is no link.
  void tell(PeerNumber peer, std::string_view messages);
  void tell(PeerNumber peer, const Message& message);
  void tell_all(const Message& message);
  void cut(PeerNumber peer, const std::string& why);  // not from peer_said(); it is called again, as after any other loss
  // Calls `go_on` when every peer that is linked now has dealt with everything it was told, or is lost; at once when there is
  // none.
  void when_known(std::function<void()> go_on);
  void when_known_by(PeerNumber peer, std::function<void()> go_on);

private:
  class Wire;
  struct Barrier {
    std::size_t waits_for = 0;
    std::function<void()> go_on;
  };
  struct Question {
    std::uint64_t number = 0;
    std::shared_ptr<Barrier> barrier;
  };
  struct State {
    Wire* wire = nullptr;    // linked
    bool is_called = false;  // a call is under way or has not been answered yet
    Backoff backoff;
    double linked_s = 0;  // since when
    double next_call_s = 0;
    std::uint64_t links = 0;
    std::uint64_t messages_sent = 0;
    std::uint64_t heard_on_earlier_links = 0;
    std::deque<Question> questions;
  };

  bool calls(PeerNumber peer) const { return settings_.self.node < settings_.peers[peer].node; }
  void call(PeerNumber peer);
  void call_failed(PeerNumber peer, const std::string& why);
  void tick();
  void ask(PeerNumber peer, const std::shared_ptr<Barrier>& barrier);
  static void pass(const std::shared_ptr<Barrier>& barrier);
  std::string objection(const Wire& wire, const Hello& hello) const;
  void linked(Wire& wire, const std::string& node);
  void answered(PeerNumber peer, std::uint64_t number);
  void ended(Wire& wire, const std::string& why);

  net::Loop& loop_;
  Settings settings_;
  HubUser& user_;
  std::function<double()> chance_;
  net::Connector connector_;
  net::Listener listener_;
  std::vector<State> states_;
  std::set<Wire*> wires_;  // all that are open, linked or not
  bool is_closing_ = false;
};

}  // namespace poolcast::link
