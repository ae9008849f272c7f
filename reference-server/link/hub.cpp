#include "reference-server/link/hub.hpp"

#include <algorithm>
#include <utility>

#include "domain/ensure.hpp"

namespace poolcast::link {

namespace {

using namespace std::chrono_literals;

constexpr auto call_patience = 5s;
constexpr auto tick_period = 100ms;
// Strangers from many addresses, who are refused within ten seconds; and of one address a few attempts of every peer, since all
// may be on one machine, so that none can take the places of the others.
constexpr std::size_t most_connections = 1024;
constexpr std::size_t connections_per_peer = 4;
constexpr auto sweep_period = 500ms;
// Fifteen seconds of a thousand posts of 2 KB a second: a link whose peer lets that pile up is cut, and the peer reads what it
// has missed from the database.
constexpr std::size_t most_unsent_bytes = std::size_t{32} * 1024 * 1024;

net::ConnectionLimits connection_limits() {
  net::ConnectionLimits limits;
  limits.unsent_bytes = most_unsent_bytes;
  limits.unsent_for = 5s;
  limits.handshake = 5s;
  return limits;
}

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

class Hub::Wire : public net::ConnectionUser, public ConversationHost {
public:
  Wire(Hub& hub, net::Connection& connection, std::optional<PeerNumber> called)
      : hub_(hub),
        connection_(connection),
        address_(connection.peer()),
        called_(called),
        conversation_(*this, hub.settings_.self, called ? Conversation::Side::caller : Conversation::Side::called,
                      hub.settings_.limits, now_s()) {
    hub_.wires_.insert(this);
    conversation_.begin();
  }

  // The connection's.
  std::size_t take(std::string_view bytes) override {
    if (is_over_) return bytes.size();
    const std::size_t taken = conversation_.take(bytes, now_s());
    if (conversation_.has_ended() && !is_over_) {
      connection_.close_when_sent();  // the reason goes with it
      over(conversation_.why());
    }
    return taken;
  }
  void ended(net::Ended how) override {
    std::string why = how == net::Ended::handshake_failed ? "one side does not trust the other's certificate, or it took too long"
                      : how == net::Ended::too_slow       ? "it takes nothing"
                      : how == net::Ended::by_us          ? "it sent more than it may"
                                                          : "it closed the link";
    if (const char* const tls = connection_.why_tls_ended(); tls != nullptr) why += std::string(": ") + tls;
    over(why);
  }

  // The conversation's.
  std::string& output() override { return connection_.output(); }
  std::string objection(const Hello& hello) override { return hub_.objection(*this, hello); }
  void linked(const Hello& hello) override { hub_.linked(*this, hello.node); }
  void heard(Message message) override { hub_.user_.peer_said(*peer_, std::move(message)); }
  void answered(std::uint64_t number) override { hub_.answered(*peer_, number); }

  // The hub's.
  void check() {
    connection_.check_deadlines(std::chrono::steady_clock::now());
    if (is_over_ || conversation_.check(now_s())) return;
    over(conversation_.why());
    connection_.end(net::Ended::by_us);
  }
  void cut(const std::string& why) {
    over(why);
    connection_.end(net::Ended::by_us);
  }
  void over(const std::string& why) {
    if (is_over_) return;
    is_over_ = true;
    hub_.ended(*this, why);
  }

  void end() { connection_.shared_from_this()->end(net::Ended::by_us); }
  const net::Connection& connection() const { return connection_; }
  const std::string& address() const { return address_; }
  Conversation& conversation() { return conversation_; }
  const Conversation& conversation() const { return conversation_; }
  std::optional<PeerNumber> called() const { return called_; }
  std::optional<PeerNumber> peer() const { return peer_; }
  void set_peer(PeerNumber peer) { peer_ = peer; }

private:
  Hub& hub_;
  net::Connection& connection_;
  std::string address_;
  std::optional<PeerNumber> called_;
  std::optional<PeerNumber> peer_;  // linked
  Conversation conversation_;
  bool is_over_ = false;
};

Hub::Hub(net::Loop& loop, Settings settings, HubUser& user, std::function<double()> chance)
    : loop_(loop),
      settings_(std::move(settings)),
      user_(user),
      chance_(std::move(chance)),
      connector_(loop, connection_limits(), call_patience),
      listener_(
          loop,
          {.connections = most_connections,
           .connection = connection_limits(),
           .sweep = sweep_period,
           .admits =
               [this](const std::string& network) {
                 return listener_.connections_of(network) < connections_per_peer * settings_.peers.size();
               }},
          [this](net::Connection& connection) { return std::make_unique<Wire>(*this, connection, std::nullopt); },
          settings_.tls ? net::Listener::MakeTls([tls = settings_.tls](int socket) { return tls->accept(socket); })
                        : net::Listener::MakeTls()),
      states_(settings_.peers.size()) {
  ensure(settings_.peers.size() <= most_peers, "a pool has few nodes");
}

Hub::~Hub() { close(); }

void Hub::close() {
  is_closing_ = true;
  listener_.stop_accepting();
  for (Wire* const wire : std::vector<Wire*>(wires_.begin(), wires_.end())) wire->end();
  listener_.end_all();
}

Result<Done> Hub::open() {
  if (const auto opened = listener_.open(settings_.listen); !opened) return opened.error();
  tick();
  loop_.every(tick_period, [this] { tick(); });
  return Done{};
}

void Hub::tick() {
  if (is_closing_) return;
  for (Wire* const wire : std::vector<Wire*>(wires_.begin(), wires_.end()))
    if (wires_.contains(wire)) wire->check();
  const double now = now_s();
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const auto peer = static_cast<PeerNumber>(i);
    if (calls(peer) && states_[i].wire == nullptr && !states_[i].is_called && now >= states_[i].next_call_s) call(peer);
  }
}

void Hub::call(PeerNumber peer) {
  states_[peer].is_called = true;
  net::Connector::MakeTls make_tls;
  if (settings_.tls)
    make_tls = [tls = settings_.tls, node = settings_.peers[peer].node](int socket) { return tls->call(socket, node); };
  connector_.connect(
      settings_.peers[peer].address,
      [this, peer](net::Connection& connection) { return std::make_unique<Wire>(*this, connection, peer); }, make_tls,
      [this, peer](const Result<std::shared_ptr<net::Connection>>& connected) {
        if (!connected) call_failed(peer, connected.error().message);
      });
}

void Hub::call_failed(PeerNumber peer, const std::string& why) {
  State& state = states_[peer];
  state.is_called = false;
  state.next_call_s = now_s() + state.backoff.after_failure(chance_());
  user_.peer_unreachable(peer, why);
}

std::string Hub::objection(const Wire& wire, const Hello& hello) const {
  if (hello.pool != settings_.self.pool)
    return "it belongs to the pool `" + hello.pool + "` and we to `" + settings_.self.pool + "`";
  const auto known = std::ranges::find_if(settings_.peers, [&](const Peer& peer) { return peer.node == hello.node; });
  if (known == settings_.peers.end()) return "our scenario knows no node `" + hello.node + "` with a link";
  if (wire.called() && settings_.peers[*wire.called()].node != hello.node)
    return "we called `" + settings_.peers[*wire.called()].node + "` and reached `" + hello.node + "`";
  if (settings_.tls && !wire.connection().peer_is_named(hello.node))
    return "its certificate is not valid for the name `" + hello.node + "`";
  if (hello.database != settings_.self.database) return "it has another content database";
  return {};
}

void Hub::linked(Wire& wire, const std::string& node) {
  const auto known = std::ranges::find_if(settings_.peers, [&](const Peer& peer) { return peer.node == node; });
  const auto peer = static_cast<PeerNumber>(known - settings_.peers.begin());
  State& state = states_[peer];
  if (state.wire != nullptr) state.wire->cut("it has called again");
  wire.set_peer(peer);
  state.wire = &wire;
  state.is_called = false;
  state.linked_s = now_s();
  ++state.links;
  user_.peer_linked(peer);
}

// Once for each wire, whatever became of it.
void Hub::ended(Wire& wire, const std::string& why) {
  wires_.erase(&wire);
  if (is_closing_) return;
  if (!wire.peer()) {
    if (wire.called()) return call_failed(*wire.called(), why);
    return user_.stranger_refused(wire.address(), why);
  }
  State& state = states_[*wire.peer()];
  state.wire = nullptr;
  state.heard_on_earlier_links += wire.conversation().messages_heard();
  const double now = now_s();
  state.next_call_s = now + state.backoff.after_link(now - state.linked_s, chance_());
  std::deque<Question> unanswered;
  unanswered.swap(state.questions);
  user_.peer_lost(*wire.peer(), why);
  for (const Question& question : unanswered) pass(question.barrier);
}

PeerState Hub::state(PeerNumber peer) const {
  const State& state = states_[peer];
  PeerState shown{.links = state.links, .messages_sent = state.messages_sent, .messages_heard = state.heard_on_earlier_links};
  if (state.wire == nullptr) return shown;
  shown.linked = true;
  shown.unsent_bytes = state.wire->connection().unsent_bytes();
  shown.round_trip_s = state.wire->conversation().round_trip_s();
  shown.messages_heard += state.wire->conversation().messages_heard();
  return shown;
}

void Hub::tell(PeerNumber peer, std::string_view messages) {
  State& state = states_[peer];
  if (state.wire == nullptr) return;
  ++state.messages_sent;
  state.wire->output() += messages;
}

void Hub::tell(PeerNumber peer, const Message& message) {
  State& state = states_[peer];
  if (state.wire == nullptr) return;
  ++state.messages_sent;
  append(state.wire->output(), message);
}

void Hub::tell_all(const Message& message) {
  for (std::size_t peer = 0; peer < states_.size(); ++peer) tell(static_cast<PeerNumber>(peer), message);
}

void Hub::cut(PeerNumber peer, const std::string& why) {
  if (Wire* const wire = states_[peer].wire; wire != nullptr) wire->cut(why);
}

void Hub::when_known(std::function<void()> go_on) {
  const auto barrier = std::make_shared<Barrier>(Barrier{1, std::move(go_on)});
  for (std::size_t peer = 0; peer < states_.size(); ++peer) ask(static_cast<PeerNumber>(peer), barrier);
  pass(barrier);  // for the case that nobody is there
}

void Hub::when_known_by(PeerNumber peer, std::function<void()> go_on) {
  const auto barrier = std::make_shared<Barrier>(Barrier{1, std::move(go_on)});
  ask(peer, barrier);
  pass(barrier);
}

void Hub::ask(PeerNumber peer, const std::shared_ptr<Barrier>& barrier) {
  State& state = states_[peer];
  if (state.wire == nullptr) return;
  ++barrier->waits_for;
  state.questions.push_back({state.wire->conversation().ask(), barrier});
}

void Hub::pass(const std::shared_ptr<Barrier>& barrier) {
  if (--barrier->waits_for == 0) barrier->go_on();
}

// Answers come in the order of the questions; those between them were signs of life.
void Hub::answered(PeerNumber peer, std::uint64_t number) {
  while (!states_[peer].questions.empty() && states_[peer].questions.front().number <= number) {
    const auto barrier = states_[peer].questions.front().barrier;
    states_[peer].questions.pop_front();
    pass(barrier);
  }
}

}  // namespace poolcast::link
