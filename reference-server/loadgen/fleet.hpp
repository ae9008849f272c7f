// Thousands of clients in one thread: one epoll loop, a small state machine per connection, and a heap of what is due. It
// decides nothing about a workload: a conductor tells it whom to sign in and what to post, and listens.
//
// One class, one subject per file: fleet.cpp (loop, sockets, timers), fleet_sign_in.cpp (from the first attempt to the chat
// dialog), fleet_chat.cpp (commands, posts and what the server says in that dialog), fleet_loss.cpp (refusals, losses, leaving).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "domain/histogram.hpp"
#include "domain/random.hpp"
#include "domain/workload.hpp"
#include "reference-server/loadgen/link.hpp"
#include "reference-server/loadgen/listener.hpp"
#include "reference-server/loadgen/message.hpp"
#include "reference-server/loadgen/names.hpp"
#include "reference-server/loadgen/requests.hpp"

namespace poolcast::loadgen {

struct FleetSettings {
  std::vector<sockaddr_in> servers;  // the active ones of the pool; at least one
  SSL_CTX* tls = nullptr;            // none for plain TCP
  std::string domain;
  std::string password;    // of all users
  std::uint64_t seed = 1;  // of what clients decide by chance
  ClientBehaviour behaviour;
  bool whole_sequence = true;  // sign in as the product's client does; else only what it takes to be in all rooms
  double joined_one_by_one = 0;
  Count history_messages = 30;
  std::size_t body_bytes = 400;
  bool retry_posts = true;  // a refused post is sent again later, with the same id
  // Waits nothing before coming back, and while nobody answers one client at a time looks whether the server is there: what a
  // benchmark of recovery wants. Else clients behave as the workload says.
  bool eager = false;
  std::size_t most_attempts_at_once = 1000;  // connections between connect and the end of sign-in
  Seconds attempt_limit{60};                 // a sign-in that takes longer is given up and begun anew
};

class Fleet {
public:
  // Endpoints are numbered user by user. Throws std::runtime_error when the system refuses what it needs.
  Fleet(FleetSettings settings, const Membership& membership, std::vector<RoomIdentity> rooms, Listener& listener);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  std::uint32_t endpoints() const { return static_cast<std::uint32_t>(clients_.size()); }
  UserNumber user_of(EndpointNumber number) const { return clients_[number].user; }
  EndpointNumber first_endpoint(UserNumber user) const { return first_endpoint_[user]; }
  std::size_t server_of(EndpointNumber number) const { return clients_[number].server; }  // of its latest attempt
  bool is_ready(EndpointNumber number) const { return clients_[number].step == Step::ready; }
  const std::string& run() const { return run_; }  // what its posts begin with

  double now() const { return now_; }
  double monotonic(double at) const { return clock_zero_ + at; }  // on the system's monotonic clock, which other programs share

  // Orders. Latencies count from `began`, the time at which the order was to be given.
  void sign_in(EndpointNumber number, double began);
  void sign_out(EndpointNumber number);
  void post(EndpointNumber number, RoomNumber room, PostNumber post, double intended);
  void open_room(EndpointNumber number, RoomNumber room, double began);  // join, then history
  void search(EndpointNumber number, RoomNumber room, double began);     // by the name of that room
  void read_back(EndpointNumber number, RoomNumber room, std::int64_t count, std::uint64_t before_message);
  void join_all(EndpointNumber number);  // when sign-in left that out
  void set_joins_at_sign_in(bool joins) { joins_at_sign_in_ = joins; }

  void schedule(double at, std::uint32_t subject);  // Listener::due() then
  void watch_input(int file);                       // Listener::input_is_ready() when it can be read

  // One turn of the loop: waits for something to happen, at most until `until`.
  void turn(double until);

  // How late what was due was done: of every order that schedule() timed.
  const Histogram& lag() const { return lag_; }
  void clear_lag() { lag_.clear(); }
  std::size_t open_requests() const;

private:
  enum class Step : std::uint8_t {
    away,
    waits,  // for its turn, or for the time of the next attempt
    connecting,
    registering,
    authenticating,
    provisioning,
    inviting_pool,
    asking_node,
    inviting_node,
    in_sequence,  // the commands of the sign-in sequence
    ready,
    leaving,
  };
  struct Pending {
    std::uint32_t cseq = 0;
    std::uint32_t subject = 0;  // post, or room
    RoomNumber room = 0;        // of a post
    double began = 0;
    std::uint64_t before_message = 0;  // of read_back
    std::int64_t count = 0;            // of read_back
    std::uint16_t refusals = 0;
    Command command{};
  };
  struct Client {
    Link link;
    std::vector<Pending> pending;
    std::string ends;    // of the dialog that is being used
    std::string target;  // of its requests
    std::string node;
    double began = 0;              // the first attempt to sign in
    std::uint32_t generation = 0;  // of the connection; older events and timers are void
    std::uint32_t cseq = 0;
    UserNumber user = 0;
    std::uint16_t refusals = 0;
    std::uint16_t position = 0;  // within the sign-in sequence
    std::uint16_t opened = 0;    // rooms to join one by one
    std::uint16_t port = 0;
    std::uint16_t dialogs = 0;  // begun on any connection: each has a Call-ID of its own
    std::uint8_t number_of_user = 0;
    std::uint8_t server = 0;
    Step step = Step::away;
    bool attempts = false;  // counted in attempts_
    bool wants_out = false;
  };
  enum class TimerKind : std::uint8_t { conductor, attempt, limit, again, probe };
  struct Timer {
    double at = 0;
    std::uint32_t subject = 0;  // of the conductor, or the client
    std::uint32_t generation = 0;
    Pending again;
    TimerKind kind{};
    bool operator>(const Timer& other) const { return at > other.at; }
  };

  // Loop, sockets, timers.
  double clock() const;
  void handle(std::uint64_t key, std::uint32_t events);
  void read(EndpointNumber number);
  bool feed(EndpointNumber number, std::string_view bytes);
  void run_timers();
  void expire(const Timer& timer);
  void mark_dirty(EndpointNumber number) { dirty_.push_back(number); }
  void flush(EndpointNumber number);
  void flush_dirty();
  void schedule_client(double at, EndpointNumber number, TimerKind kind, const Pending& again);
  void schedule_client(double at, EndpointNumber number, TimerKind kind) { schedule_client(at, number, kind, Pending{}); }

  // Signing in.
  void wants_attempt(EndpointNumber number);
  void admit();
  std::optional<std::size_t> next_server();
  void attempt(EndpointNumber number, std::size_t server);
  void attempt_ended(Client& client);
  void connected(EndpointNumber number);
  void send_register(EndpointNumber number, std::string_view authorization);
  void answer_challenge(EndpointNumber number, const Message& message);
  void provision(EndpointNumber number);
  void invite(EndpointNumber number, std::string_view uri);
  void dialog_begins(EndpointNumber number, const Message& message);
  void node_named(EndpointNumber number, const Message& message);
  void next_in_sequence(EndpointNumber number);
  Command command_in_sequence(const Client& client) const;
  bool is_sequence_over(const Client& client) const;
  void signed_in(EndpointNumber number);

  // The chat dialog.
  void receive(EndpointNumber number, const Message& message);
  void response(EndpointNumber number, const Message& message);
  void sign_in_response(EndpointNumber number, const Message& message);
  void info_response(EndpointNumber number, const Message& message);
  void request(EndpointNumber number, const Message& message);
  void reply(EndpointNumber number, const Message& message, std::string_view tag);
  void delivery(EndpointNumber number, std::string_view body);
  void send_command(EndpointNumber number, Pending pending, std::string_view name, std::string_view data);
  void send_again(EndpointNumber number, const Pending& pending);
  void send(EndpointNumber number, const Pending& pending);
  void send_post(EndpointNumber number, Pending pending);
  void finished(EndpointNumber number, const Pending& pending, std::string_view body);
  void info(Client& client, std::uint32_t cseq, std::string_view body);
  static Operation operation_of(const Client& client, Command command);

  // Refusals, losses, leaving.
  void refused(EndpointNumber number, const Pending& pending, int status);
  void sign_in_refused(EndpointNumber number);
  void dialog_is_gone(EndpointNumber number);
  void lost(EndpointNumber number);
  void drop_pending(Client& client, EndpointNumber number);
  void give_up(EndpointNumber number, std::string_view why);
  void close(Client& client);
  void gone(EndpointNumber number);

  std::string uri_of(const Client& client) const { return user_uri(client.user, settings_.domain); }
  std::string epid_of(const Client& client) const;
  struct Naming {
    std::string uri, tag, epid, call_id;
  };
  Naming naming_of(const Client& client, char dialog) const;
  Ends ends_of(const Client& client, const Naming& naming, std::string_view remote_uri, std::string_view remote_tag) const;

  FleetSettings settings_;
  const Membership& membership_;
  std::vector<RoomIdentity> rooms_;
  Listener& listener_;
  RandomStream random_;
  std::string run_;

  std::vector<Client> clients_;
  std::vector<EndpointNumber> first_endpoint_;
  std::deque<EndpointNumber> queue_;  // of those who wait for their turn to attempt
  std::size_t attempts_ = 0;
  std::vector<bool> answers_;  // each server, as far as is known
  std::size_t turn_ = 0;       // of the servers
  bool joins_at_sign_in_ = true;

  int epoll_ = -1;
  int input_ = -1;
  double now_ = 0;
  double clock_zero_ = 0;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::vector<EndpointNumber> dirty_;
  std::vector<char> scratch_;
  Histogram lag_;
};

}  // namespace poolcast::loadgen
