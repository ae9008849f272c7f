// What the chat asks of the world: clients are answered and told, the store is asked. The server's shell is one port, a test is
// another. Completions come later, on the same thread, in the order that store/store.hpp promises.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/proto/utc_time.hpp"
#include "reference-server/result.hpp"
#include "reference-server/store/directory.hpp"
#include "reference-server/store/message.hpp"
#include "reference-server/store/personal.hpp"

namespace poolcast::chat {

// One chat dialog of one endpoint. Never used again after its end.
enum class SessionId : std::uint64_t {};

// An INFO that waits for its final answer; the shell's own number.
using Ticket = std::uint64_t;

// A post as it is delivered: its room and its number there.
struct PostMark {
  store::RoomId room{};
  std::int64_t seq = 0;
};

struct Now {
  double steady_s = 0;  // grows, whatever happens to the clock on the wall
  proto::UtcTime utc{};
};

template <class T>
using Completion = std::function<void(Result<T>)>;

// Another node of the pool, by a number of the shell's; and several of them, a bit for each.
using PeerNumber = std::uint8_t;
using PeerSet = std::uint16_t;
constexpr std::size_t most_peers = 16;
constexpr PeerSet all_peers = 0xFFFF;
constexpr PeerSet only(PeerNumber peer) { return static_cast<PeerSet>(1U << peer); }

// Somebody is in a room of a node, or is not any more.
struct Presence {
  store::RoomId room{};
  store::PrincipalId person{};
  bool present = false;
  bool manager = false;
  bool presenter = false;
};

class Port {
public:
  virtual ~Port() = default;
  virtual Now now() = 0;

  // --- clients ---------------------------------------------------------------------------------------------------------------
  virtual void answer(SessionId session, Ticket ticket, int status, std::string_view reason) = 0;
  virtual void send(SessionId session, std::string_view xccos) = 0;
  // `post` comes back with Service::close() when the client has not answered it.
  virtual void fan_out(std::span<const SessionId> sessions, std::string_view xccos, const PostMark& post) = 0;
  virtual std::vector<PostMark> unanswered(SessionId session) = 0;  // in the order of sending
  // The client must begin again: its session is gone (481 to whatever comes next).
  virtual void forget(SessionId session) = 0;
  virtual void shut_out(SessionId session) = 0;  // and its connection with it: the user is not welcome any more

  // --- the store -------------------------------------------------------------------------------------------------------------
  virtual void append(store::Post post, Completion<store::Appended> done) = 0;
  virtual void record(store::Event event) = 0;
  virtual void history(store::HistoryQuery query, Completion<std::vector<store::Message>> done) = 0;
  virtual void search(store::SearchQuery query, Completion<store::Found> done) = 0;
  virtual void edit(std::vector<store::Edit> edits, Completion<store::Directory> done) = 0;
  virtual void preference(store::PrincipalId user, std::string label, Completion<std::vector<store::Preference>> done) = 0;
  virtual void set_preference(store::Preference preference, Completion<store::Preference> done) = 0;
  virtual void invite(store::Invitation invitation, Completion<store::Invitation> done) = 0;
  virtual void invitations(store::PrincipalId user, std::int64_t newer_than, Completion<std::vector<store::Invitation>> done) = 0;
  virtual void grant_file_token(store::FileToken token, Completion<Done> done) = 0;
  virtual void save_endpoint(store::EndpointRooms endpoint) = 0;

  // --- the pool's other nodes: what is told to one that is not linked is lost; it will be told everybody, and read the rest ----
  virtual void tell_presence(PeerSet peers, const Presence& presence) = 0;
  virtual void tell_post(PeerSet peers, const store::Message& message, std::string_view client_id) = 0;
  virtual void tell_doubt(store::RoomId room) = 0;  // a post there may be stored, and nobody else will hear of it
  virtual void cut_peer(PeerNumber peer, const std::string& why) = 0;  // later: it is linked again, and tells everything anew
  virtual void follow_directory() = 0;                                 // somebody has edited it: Service::changed() follows
  // When every node that is linked now knows what it was told; at once where there is none.
  virtual void when_peers_know(std::function<void()> go_on) = 0;

  // --- the rest --------------------------------------------------------------------------------------------------------------
  virtual std::string next_node() = 0;    // URI of the node that takes the next session; empty when none does
  virtual store::Uuid random_guid() = 0;  // from the cryptographic source
};

// One command from its arrival to its answer.
struct Performed {
  std::string_view name;  // `join`, `grpchat`
  int code = 200;
  double arrived_s = 0;  // steady
  double begun_s = 0;    // until then it waited behind earlier commands of its session
  double store_s = 0;    // the part that it waited for the store
  double ended_s = 0;
  double cpu_s = -1;  // processor time of this thread; -1: not measured
};

// What the chat tells about itself, for metrics: cheap, and never asked for an answer but the processor time.
class Watcher {
public:
  virtual ~Watcher() = default;
  virtual void performed(const Performed& performed) = 0;
  virtual void fanned_out(std::size_t recipients, std::size_t bytes, double began_s, double ended_s) = 0;
  virtual void roster_sent(std::size_t notices) = 0;
  virtual bool measures_cpu_now() = 0;  // of the next command
  virtual double cpu_s() = 0;           // of this thread
};

}  // namespace poolcast::chat
