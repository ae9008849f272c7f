// A chat without network and database: a port that remembers what it was asked, a directory of a few people and rooms, and a
// clock that stands still until a test moves it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reference-server/chat/names.hpp"
#include "reference-server/chat/service.hpp"

namespace poolcast::chat::testing {

struct Answered {
  SessionId session{};
  Ticket ticket = 0;
  int status = 0;
};

struct ToldPresence {
  PeerSet peers = 0;
  Presence presence;
};

struct ToldPost {
  PeerSet peers = 0;
  store::Message message;
  std::string client_id;
};

struct Sent {
  SessionId session{};
  std::string text;
};

// Everything is kept until the test looks at it; the store answers when it is told to.
class FakePort : public Port {
public:
  Now now() override {
    return {steady_s, proto::UtcTime{std::chrono::milliseconds{1'700'000'000'000 + static_cast<std::int64_t>(steady_s * 1000)}}};
  }
  void answer(SessionId session, Ticket ticket, int status, std::string_view) override {
    answers.push_back({session, ticket, status});
  }
  void send(SessionId session, std::string_view xccos) override { sent.push_back({session, std::string(xccos)}); }
  void fan_out(std::span<const SessionId> sessions, std::string_view xccos, const PostMark&) override {
    for (const SessionId session : sessions) sent.push_back({session, std::string(xccos)});
  }
  std::vector<PostMark> unanswered(SessionId) override { return not_answered; }
  void forget(SessionId session) override { forgotten.push_back(session); }
  void shut_out(SessionId session) override { forgotten.push_back(session); }
  void append(store::Post post, Completion<store::Appended> done) override;
  void record(store::Event event) override { events.push_back(event); }
  void history(store::HistoryQuery query, Completion<std::vector<store::Message>> done) override;
  void search(store::SearchQuery query, Completion<store::Found> done) override;
  void edit(std::vector<store::Edit> edits, Completion<store::Directory> done) override;
  void preference(store::PrincipalId user, std::string label, Completion<std::vector<store::Preference>> done) override;
  void set_preference(store::Preference preference, Completion<store::Preference> done) override;
  void invite(store::Invitation invitation, Completion<store::Invitation> done) override;
  void invitations(store::PrincipalId user, std::int64_t newer_than, Completion<std::vector<store::Invitation>> done) override;
  void grant_file_token(store::FileToken token, Completion<Done> done) override;
  void save_endpoint(store::EndpointRooms endpoint) override { endpoints.push_back(std::move(endpoint)); }
  void tell_presence(PeerSet peers, const Presence& presence) override { presences.push_back({peers, presence}); }
  void tell_post(PeerSet peers, const store::Message& message, std::string_view client_id) override {
    posts.push_back({peers, message, std::string(client_id)});
  }
  void tell_doubt(store::RoomId room) override { doubts.push_back(room); }
  void cut_peer(PeerNumber peer, const std::string&) override { cut.push_back(peer); }
  void follow_directory() override { ++directory_looks; }
  void when_peers_know(std::function<void()> go_on) override {
    if (peers_know_at_once) return go_on();
    unknown.push_back(std::move(go_on));
  }
  std::string next_node() override { return node; }
  store::Uuid random_guid() override { return {{static_cast<std::uint8_t>(++guids_), 9}}; }

  // Lets the store answer what waits, and what comes of it.
  void settle();

  double steady_s = 1'000;
  std::string node = "sip:chat-1@lab.example";
  bool database_is_away = false;
  bool stores_in_doubt = false;  // it stores, and the answer is lost
  std::vector<Answered> answers;
  std::vector<Sent> sent;
  std::vector<SessionId> forgotten;
  std::vector<PostMark> not_answered;
  std::vector<store::Event> events;
  std::vector<store::EndpointRooms> endpoints;
  std::vector<store::FileToken> tokens;
  std::vector<store::Invitation> invited;
  std::vector<store::HistoryQuery> history_queries;
  std::map<store::RoomId, std::vector<store::Message>> messages;
  std::map<store::RoomId, std::int64_t> removed;  // messages that retention took away: their numbers are not given again
  std::int64_t revision = 1;
  std::vector<ToldPresence> presences;
  std::vector<ToldPost> posts;
  std::vector<store::RoomId> doubts;
  std::vector<PeerNumber> cut;
  int directory_looks = 0;
  bool peers_know_at_once = true;
  std::vector<std::function<void()>> unknown;  // what waits for the peers to know

private:
  std::deque<std::function<void()>> waiting_;
  std::map<std::pair<store::PrincipalId, std::array<std::uint8_t, 16>>, store::Appended> keys_;
  std::map<std::pair<store::PrincipalId, std::string>, store::Preference> preferences_;
  std::uint64_t guids_ = 100;
  std::int64_t rows_ = 1'000;
};

inline constexpr store::PrincipalId ann{1}, bo{2}, cy{3}, di{4}, root{5}, staff{10};
inline constexpr store::CategoryId general{1}, closed_circle{2};
inline constexpr store::RoomId lobby{1}, team{2}, vault{3}, stage{4};

// ann, bo, cy, di; root administers; bo is in the group staff. lobby is open, team closed (ann manages, staff are members), vault
// secret (ann), stage an open auditorium (ann presents).
store::Directory directory();
std::string guid_of(store::RoomId room);
std::string uri_of(store::RoomId room);

class World {
public:
  explicit World(Config config = {}, store::Directory people = directory());

  SessionId sign_in(const std::string& name, const std::string& epid = "e1", bool same_registration = false);
  // An INFO with one element, as clients send it; gives back the ticket.
  Ticket say(SessionId session, const std::string& element);
  Ticket command(SessionId session, const std::string& name, const std::string& data);
  Ticket join(SessionId session, store::RoomId room);
  Ticket post(SessionId session, store::RoomId room, const std::string& text, const std::string& message_id = {});
  void pass(double seconds);

  int status_of(Ticket ticket) const;  // 0: not answered
  std::vector<std::string> received(SessionId session, const std::string& containing = {}) const;
  bool has_received(SessionId session, const std::string& containing) const { return !received(session, containing).empty(); }
  void forget_sent() { port.sent.clear(); }

  FakePort port;
  std::unique_ptr<Service> chat;

private:
  Ticket ticket_ = 0;
};

}  // namespace poolcast::chat::testing
