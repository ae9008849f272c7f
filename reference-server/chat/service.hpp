// The chat of one node: rooms, sessions, permissions, fan-out. It has no socket, clock, thread or database: it is told what
// happens, and asks its Port for the rest. Called on one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "reference-server/chat/config.hpp"
#include "reference-server/chat/people.hpp"
#include "reference-server/chat/port.hpp"
#include "reference-server/chat/post_budget.hpp"
#include "reference-server/chat/rooms.hpp"
#include "reference-server/chat/session.hpp"

namespace poolcast::chat {

enum class Closing : std::uint8_t {
  left,  // the user signed out: everybody may know
  lost,  // the connection or the dialog is gone: it may come back
};

struct OpenSession {
  std::string user_uri;
  std::string epid;                // the client's instance
  std::uint64_t dialog_hash = 0;   // of the dialog's identifiers: part of the keys of its posts
  bool same_registration = false;  // the client lost only its dialog: it will not ask for its rooms again
};

class Service {
public:
  Service(Config config, Port& port, store::Directory directory, Watcher* watcher = nullptr);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Endpoints that were in rooms before this process began: they may come back without anybody noticing.
  void expect(const std::vector<store::EndpointRooms>& endpoints);

  // `forbidden` for a user that is not there or disabled.
  Result<SessionId> open(const OpenSession& request);
  // The client knows of the session: what it missed may be sent.
  void begin(SessionId session);
  // `unanswered`: posts that were sent, or were to be, without an answer. They are sent again to an endpoint that comes back.
  void close(SessionId session, Closing how, std::span<const PostMark> unanswered = {});
  // One INFO of a session. It is answered through the port, at once or after a commit.
  // What it costs, in requests, is given back.
  std::size_t info(SessionId session, Ticket ticket, std::string_view body);
  // The INFO of a pool's dialog: which node serves me? The reply to send in that dialog, or why not.
  Result<std::string> look_up(std::string_view body);

  void changed(store::Directory changes);  // everything since revision()  // somebody edited: another node or an administrator
  void tick();                             // about every 100 ms

  // --- what the pool's other nodes tell (peers.cpp) ---
  void peer_linked(PeerNumber peer);  // it is told who is here
  void peer_told_all(PeerNumber peer);
  void peer_knows_all(PeerNumber peer);  // it has dealt with what peer_linked() told
  void peer_lost(PeerNumber peer);
  void peer_presence(PeerNumber peer, const Presence& presence);
  void peer_post(store::Message message, std::string_view client_id) { stored(std::move(message), client_id); }
  void peer_doubt(store::RoomId room) { fall_behind(room); }
  void expect_peers(PeerSet peers) { peers_expected_ = peers; }  // those that serve, as far as the administrator is concerned

  const People& people() const { return people_; }
  std::optional<std::string> room_guid(store::RoomId room);  // as on the wire
  std::optional<store::RoomId> room_id(std::string_view wire_guid);
  Rights rights_of(store::PrincipalId user, store::RoomId room);  // now; none where either is gone
  std::int64_t revision() const { return revision_; }
  std::size_t sessions() const { return sessions_.size(); }
  std::size_t rooms() const { return rooms_.all().size(); }
  std::size_t users_connected() const { return users_.size(); }

private:
  struct Asked {  // a command that is being done, and what its reply needs
    SessionId session{};
    std::string name;
    std::uint64_t envid = 0;
    std::uint64_t seqid = 1;
    double arrived_s = 0;
    double begun_s = 0;
    double left_s = 0;       // when the store was asked
    double store_s = 0;      // how long it took
    double cpu_from_s = -1;  // the thread's processor time when work on it began or went on; -1: not measured
    double cpu_s = 0;
  };
  struct Unplaced {  // in a room that the directory has not brought yet
    Presence presence;
    double until_s = 0;
  };
  using Command = proto::Command;
  Session* find(SessionId id);

  // service.cpp: order
  void run_waiting(Session& session);
  void start(SessionId session, WaitingInfo info);
  void perform(const Asked& asked, const Command& command);
  Asked asked_for(SessionId session, const proto::Request& request, std::uint64_t envid, double arrived_s);
  void done(const Asked& asked, int code);    // a command has ended
  void report(const Asked& asked, int code);  // to the watcher
  // For the store's completion: notes how long it took, then goes on.
  template <class T>
  Completion<T> later(const Asked& asked, std::function<void(const Asked&, Result<T>)> go_on);
  Asked leave_work(const Asked& asked);
  Asked back_to_work(const Asked& asked);
  std::size_t cost_of(const proto::Envelope& envelope) const;
  std::uint64_t next_envid() { return ++envid_; }
  proto::ReplyHead head(const Asked& asked, int code = 200, std::string_view text = {});
  void reply_plain(const Asked& asked, int code, std::string_view text = {});
  void reply_error(const Asked& asked, const Error& error) { reply_plain(asked, static_cast<int>(error.code), error.message); }

  // joins.cpp
  void join(const Asked& asked, const std::vector<proto::RoomAddress>& rooms, bool batch);
  void reply_joined(const Asked& asked, std::span<LiveRoom* const> entered, std::span<const proto::RoomAddress> failed,
                    bool batch, int code);
  int enter(Session& session, const proto::RoomAddress& address, std::vector<LiveRoom*>& entered);
  void enter(Session& session, LiveRoom& room);
  bool take_over(const Session& session, store::RoomId room);
  void leave(Session& session, LiveRoom& room, bool tell);
  void came(LiveRoom& room, store::PrincipalId person, Present& present);
  void went(LiveRoom& room, store::PrincipalId person, bool tell);
  void release(LiveRoom& room);
  void part(const Asked& asked, const proto::RoomAddress& address);
  void put_out(Session& session, LiveRoom& room);
  void load(LiveRoom& room, std::function<void()> when_loaded);
  void resume(Session& session, const Lingering& lingering);
  void send_again(SessionId session, const LiveRoom& room, const store::Message& message);
  bool send_recent(SessionId session, const LiveRoom& room, std::int64_t first);
  void read_missed(SessionId session, store::RoomId room);
  void retry_missed(double now_s);
  std::string joined_reply(const Asked& asked, std::span<LiveRoom* const> entered, std::span<const proto::RoomAddress> failed,
                           bool batch, int code);
  proto::RoomDetails details(const LiveRoom& room) const;

  // roster.cpp
  void arrived(LiveRoom& room, store::PrincipalId person);
  void departed(LiveRoom& room, store::PrincipalId person);
  void forget_lingering(double now_s);
  void send_rosters();
  void send_roster(SessionId session, const std::vector<LiveRoom*>& rooms);

  // peers.cpp
  bool in_a_pool() const { return config_.peers > 0; }
  void open_rooms(std::vector<store::RoomId> rooms, std::function<void()> go_on);
  void begin_live(LiveRoom& room);
  void peer_left(PeerNumber peer, LiveRoom& room, store::PrincipalId person);
  void forget_unconfirmed(PeerNumber peer);
  void forget_expected(store::PrincipalId person, store::RoomId room);
  void read_all_rooms();
  void read_later(store::RoomId room);
  void read_some_rooms(double now_s);
  void close_gaps(double now_s);
  void keep_unplaced(PeerNumber peer, const Presence& presence);
  void place_presences();

  // posts.cpp
  void post(const Asked& asked, Ticket ticket, const proto::Post& post);
  Result<LiveRoom*> room_for_post(const Session& session, const proto::Post& post);
  void stored(store::Message message, std::string_view client_id);
  void stored_before(store::RoomId room, std::int64_t seq, SessionId author);
  void fan_out(const LiveRoom& room, const store::Message& message, std::string_view client_id);
  void fall_behind(store::RoomId room);
  void deliver(LiveRoom& room, store::Message message, std::string_view client_id = {});
  void deliver_early(LiveRoom& room);
  void tell_peers(const store::Message& message, std::string_view client_id);
  bool waits_for_author(const store::Message& message);
  void keep_early(LiveRoom& room, store::Message message, std::string_view client_id);
  void catch_up(LiveRoom& room);
  void retry_behind(double now_s);
  std::string post_text(const LiveRoom& room, const store::Message& message, std::string_view client_id);

  // history.cpp
  void history(const Asked& asked, const proto::GetHistory& command);
  struct Gathering;
  void gather(const std::shared_ptr<Gathering>& gathering, LiveRoom& room);
  void gathered(const std::shared_ptr<Gathering>& gathering);
  void search_messages(const Asked& asked, const proto::GetHistory& command);
  void reply_history(const Asked& asked, const std::vector<std::pair<store::RoomId, std::vector<store::Message>>>& rooms,
                     bool truncated, proto::HistoryQuery::Order order);

  // find.cpp
  void search_rooms(const Asked& asked, const proto::RoomSearch& search);
  void associations(const Asked& asked, const proto::GetAssociations& command);
  void reply_rooms(const Asked& asked, const std::vector<const LiveRoom*>& found);
  void find_principals(const Asked& asked, const proto::FindPrincipals& command);

  // personal.cpp
  void server_info(const Asked& asked, const proto::GetServerInfo& command);
  void invitations(const Asked& asked, const proto::GetInvitations& command);
  void preference(const Asked& asked, const proto::GetPreference& command);
  void set_preference(const Asked& asked, const proto::SetPreference& command);
  void file_token(const Asked& asked, const proto::GetFileToken& command);
  void request_node(const Asked& asked);

  // manage.cpp
  void create_room(const Asked& asked, const proto::CreateRoom& command);
  void change_room(const Asked& asked, const proto::ChangeRoom& command);
  void enable_room(const Asked& asked, const proto::EnableRoom& command);
  void change_roles(const Asked& asked, const proto::ChangeRoles& command);
  void roles(const Asked& asked, const proto::GetRoles& command);
  Result<LiveRoom*> room_to_manage(const Asked& asked, const proto::RoomAddress& address);
  Error why_not_managed(const LiveRoom& room, const Person& person) const;
  Result<Done> apply(store::Room& room, const proto::RoomSettings& settings) const;
  Result<Done> apply(store::Room& room, const std::vector<proto::RoleChange>& changes) const;
  void save_room(const Asked& asked, store::Room room, std::vector<store::PrincipalId> invite);
  std::vector<store::PrincipalId> newly_listed(const store::Room& before, const store::Room& after) const;
  void reply_room(const Asked& asked, const LiveRoom& room, bool with_roles);

  // manage_categories.cpp
  void creatable_categories(const Asked& asked);
  void categories(const Asked& asked, const proto::GetCategories& command);
  void create_category(const Asked& asked, const proto::CreateCategory& command);
  void change_category(const Asked& asked, const proto::ChangeCategory& command);
  Result<Done> apply(store::Category& category, const proto::CategorySettings& settings,
                     const std::vector<proto::RoleChange>& roles) const;
  void save_category(const Asked& asked, store::Category category);
  void reply_categories(const Asked& asked, const std::vector<const store::Category*>& found, bool with_roles);

  // changes.cpp
  void changed_here(store::Directory changes);
  void apply(store::Directory changes);
  void check_participants(LiveRoom& room);
  void renew_persons();
  void save_endpoints();

  const store::Category& category_of(const LiveRoom& room) const;
  Rights rights(const LiveRoom& room, const Person& person) const;
  proto::PersonView view(store::PrincipalId id) const;
  bool is_ours(const proto::RoomAddress& address) const { return address.domain == config_.domain; }

  Config config_;
  Port& port_;
  Watcher* watcher_;
  People people_;
  PostBudget post_budget_;
  Rooms rooms_;
  std::int64_t revision_ = 0;
  std::unordered_map<SessionId, std::unique_ptr<Session>> sessions_;
  std::unordered_map<store::PrincipalId, std::uint32_t> users_;  // sessions of each
  std::map<EndpointKey, SessionId> endpoints_;
  std::map<EndpointKey, Lingering> lingering_;
  std::map<store::RoomId, double> behind_;  // something may be stored that was not delivered; until when to look
  double behind_due_s_ = 0;
  std::map<store::RoomId, double> gaps_;  // a post of another node is missing; when the store is asked for it
  std::set<store::RoomId> unread_;        // the store may have posts that nobody has told of
  double unread_due_s_ = 0;
  double walk_due_s_ = 0;
  PeerSet peers_expected_ = 0;
  PeerSet peers_linked_ = 0;
  std::map<PeerNumber, double> peers_lost_;  // until when their people still count
  std::map<std::tuple<PeerNumber, store::RoomId, store::PrincipalId>, Unplaced> unplaced_;
  struct Missed {
    std::int64_t next = 0;  // the oldest that was not sent again yet
    bool asked = false;     // the store, for a page of them
  };
  std::map<std::pair<store::RoomId, SessionId>, Missed> missed_;  // by those who came back; new posts wait behind these
  double missed_due_s_ = 0;
  std::set<store::RoomId> changed_rosters_;
  std::vector<SessionId> unsaved_;
  double rosters_due_s_ = 0;
  std::uint64_t last_session_ = 0;
  std::uint64_t envid_ = 0;
};

template <class T>
Completion<T> Service::later(const Asked& asked, std::function<void(const Asked&, Result<T>)> go_on) {
  return [this, left = leave_work(asked), go_on = std::move(go_on)](Result<T> result) {
    go_on(back_to_work(left), std::move(result));
  };
}

}  // namespace poolcast::chat
