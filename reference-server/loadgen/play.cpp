#include "reference-server/loadgen/play.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <stdexcept>

namespace poolcast::loadgen {

namespace {

constexpr double most_s_to_sign_in_before = 600;
constexpr double most_s_to_read_back = 60;
constexpr double most_s_to_leave = 10;

// What a timer of the conductor is about: one of these, or beyond them the posts of a room class.
enum Due : std::uint32_t { opens_room, searches, restarts, signs_in, window_ends, first_class };

std::string_view name_of(Command command) {
  constexpr std::array<std::string_view, 11> names{"getserverinfo", "getassociations", "getassociations", "bjoin",
                                                   "join",          "bccontext",       "getinv",          "bccontext",
                                                   "bccontext",     "chansrch",        "grpchat"};
  return names[static_cast<std::size_t>(command)];
}

FleetSettings settings_for(const Scenario& scenario, const PlayOptions& options) {
  const Workload& workload = scenario.workload;
  FleetSettings settings = options.fleet;
  settings.seed = options.seed;
  settings.behaviour = workload.client;
  settings.joined_one_by_one = workload.open_rooms_at_sign_in;
  settings.history_messages = workload.history_messages;
  settings.body_bytes = static_cast<std::size_t>(workload.body.count);
  return settings;
}

Membership drawn(const Scenario& scenario, std::uint64_t seed) {
  RandomStream random = membership_stream(seed, 0, scenario.topology.chat_pools.front().name.str());
  return {scenario.workload, scenario.workload.users, random};
}

// A Poisson process: when it happens next, and the dice that its events need.
struct Arrivals {
  RandomStream random;
  double per_s = 0;
  double next = 0;
};

class Play : public Listener {
public:
  Play(const Scenario& scenario, const PlayOptions& options)
      : scenario_(scenario),
        options_(options),
        membership_(drawn(scenario, options.seed)),
        fleet_(settings_for(scenario, options), membership_, room_identities(membership_, scenario.workload), *this),
        record_(scenario),
        ledger_(membership_),
        ready_endpoints_(membership_.users()),
        out_since_(membership_.users(), 0),
        restarting_(membership_.users()),
        users_of_server_(options.fleet.servers.size()),
        server_of_user_(membership_.users()) {
    for (UserNumber user = 0; user < membership_.users(); ++user) clients_of_people_ += membership_.endpoints(user) > 0 ? 1 : 0;
  }

  Played run();

  void sent(Operation operation) override { record_.sent(at(fleet_.now()), operation); }
  void completed(Operation operation) override { record_.completed(at(fleet_.now()), operation); }
  void refused(Operation operation) override { record_.refused(at(fleet_.now()), operation); }
  void lost(Operation operation) override { record_.lost(at(fleet_.now()), operation); }
  void signed_in(EndpointNumber number, double now, double seconds) override;
  void fell_out(EndpointNumber number, double now) override { out(fleet_.user_of(number), now); }
  void left(EndpointNumber number, double now) override;
  void gave_up(EndpointNumber number, std::string_view why) override;
  void joined(EndpointNumber, double now, double seconds) override { record_.join(at(now), seconds); }
  void read_history(EndpointNumber, double now, double seconds) override { record_.history(at(now), seconds); }
  void searched(EndpointNumber, double now, double seconds) override { record_.search(at(now), seconds); }
  void read_back(EndpointNumber number, RoomNumber room, std::string_view body) override {
    ledger_.page(fleet_, number, room, body);
  }
  void answered_with_error(Command command, int code) override { ++errors_[{name_of(command), code}]; }
  void acknowledged(PostNumber post, double now) override;
  void post_refused(PostNumber post, int, double) override { ledger_.set(post, Fate::refused); }
  void post_lost(PostNumber post, double) override { ledger_.set(post, Fate::lost); }
  void delivered(EndpointNumber, const Stamp& stamp, double now) override;
  void noticed(EndpointNumber, double now) override { record_.roster_notice(at(now)); }
  void due(std::uint32_t subject, double when) override;

private:
  double at(double now) const { return now - zero_; }  // on the scenario's clock
  bool stop() const { return options_.wants_stop && options_.wants_stop(); }
  void everybody_in();
  void start_arrivals();
  void add_arrivals(const std::string& name, double per_s, std::uint32_t subject);
  void next_arrival(std::uint32_t subject);
  void posts(std::uint32_t room_class, double when);
  void restart(UserNumber user, double when);
  EndpointNumber client_of(UserNumber user) const;  // one that is signed in, or none
  bool is_in(UserNumber user) const { return ready_endpoints_[user] == membership_.endpoints(user); }
  void out(UserNumber user, double now);
  void wants_in(UserNumber user, double when);
  void end_window(double when);
  void read_everything_back();
  void sign_everybody_out();
  io::Measured measured() const;
  std::vector<std::string> remarks() const;

  static constexpr EndpointNumber nobody = 0xFFFFFFFF;

  const Scenario& scenario_;
  const PlayOptions& options_;
  Membership membership_;
  Fleet fleet_;
  Record record_;
  Ledger ledger_;
  double zero_ = 1e18;  // of the scenario, on the fleet's clock; in the future until it starts
  std::vector<std::uint8_t> ready_endpoints_;
  std::vector<double> out_since_;  // of users who want to be in and are not
  std::vector<bool> restarting_;
  std::uint32_t clients_of_people_ = 0;  // users with at least one client
  std::uint32_t users_in_ = 0;
  std::vector<std::uint32_t> users_of_server_;
  std::vector<std::size_t> server_of_user_;  // that of the first client
  std::uint32_t users_wanted_ = 0;           // users who were told to sign in
  double user_seconds_lost_ = 0;
  std::map<std::uint32_t, Arrivals> arrivals_;
  UserNumber next_to_sign_in_ = 0;
  double window_begin_ = 0;
  std::vector<ProcessUse> server_use_;
  ProcessUse database_use_;
  double cpu_at_start_ = 0;
  std::map<std::pair<std::string_view, int>, std::uint64_t> errors_;
  std::map<std::string, std::uint64_t, std::less<>> gave_up_;
};

void Play::signed_in(EndpointNumber number, double now, double seconds) {
  const UserNumber user = fleet_.user_of(number);
  record_.sign_in(at(now), seconds);
  if (++ready_endpoints_[user] < membership_.endpoints(user)) return;
  ++users_in_;
  server_of_user_[user] = fleet_.server_of(fleet_.first_endpoint(user));
  record_.server_users(server_of_user_[user], at(now), ++users_of_server_[server_of_user_[user]]);
  user_seconds_lost_ += std::max(0.0, std::min(at(now), record_.horizon()) - std::max(0.0, at(out_since_[user])));
  record_.users(at(now), users_in_, users_wanted_ - users_in_);
}

void Play::out(UserNumber user, double now) {
  if (is_in(user)) {
    --users_in_;
    record_.server_users(server_of_user_[user], at(now), --users_of_server_[server_of_user_[user]]);
    out_since_[user] = now;
    record_.users(at(now), users_in_, users_wanted_ - users_in_);
  }
  --ready_endpoints_[user];
}

// Those who left in order to come back do so when the last of their clients is out.
void Play::left(EndpointNumber number, double now) {
  const UserNumber user = fleet_.user_of(number);
  out(user, now);
  if (!restarting_[user] || ready_endpoints_[user] > 0) return;
  restarting_[user] = false;
  for (EndpointNumber client = fleet_.first_endpoint(user); client < fleet_.first_endpoint(user + 1); ++client)
    fleet_.sign_in(client, now);
}

void Play::gave_up(EndpointNumber, std::string_view why) { ++gave_up_[std::string(why)]; }

void Play::acknowledged(PostNumber post, double now) {
  ledger_.set(post, Fate::acknowledged);
  record_.post(at(now), now - ledger_.intended(post));
}

void Play::delivered(EndpointNumber, const Stamp& stamp, double now) {
  const RoomNumber room = ledger_.room_of(stamp.post);
  record_.delivery(at(now), now - ledger_.intended(stamp.post), membership_.class_of(room));
}

void Play::wants_in(UserNumber user, double when) {
  if (membership_.endpoints(user) == 0) return;
  ++users_wanted_;
  out_since_[user] = when;
  record_.users(at(fleet_.now()), users_in_, users_wanted_ - users_in_);
  for (EndpointNumber client = fleet_.first_endpoint(user); client < fleet_.first_endpoint(user + 1); ++client)
    fleet_.sign_in(client, when);
}

void Play::everybody_in() {
  for (UserNumber user = 0; user < membership_.users(); ++user) wants_in(user, fleet_.now());
  const double end = fleet_.now() + most_s_to_sign_in_before;
  while (users_in_ < clients_of_people_ && fleet_.now() < end && gave_up_.empty() && !stop()) {
    fleet_.turn(std::min(end, fleet_.now() + 1));
    if (options_.on_progress) options_.on_progress(0);
  }
  if (!gave_up_.empty()) throw std::runtime_error("a client cannot sign in: " + gave_up_.begin()->first);
  if (users_in_ < clients_of_people_ && !stop())
    throw std::runtime_error(std::to_string(clients_of_people_ - users_in_) + " of " + std::to_string(clients_of_people_) +
                             " users could not sign in within ten minutes, before the run began");
}

void Play::add_arrivals(const std::string& name, double per_s, std::uint32_t subject) {
  if (per_s <= 0) return;
  arrivals_.insert({subject, Arrivals{RandomStream(options_.seed, 0, name), per_s, 0}});
  next_arrival(subject);
}

void Play::next_arrival(std::uint32_t subject) {
  Arrivals& arrivals = arrivals_.at(subject);
  arrivals.next += arrivals.random.exponential(1 / arrivals.per_s);
  if (arrivals.next <= record_.horizon()) fleet_.schedule(zero_ + arrivals.next, subject);
}

void Play::start_arrivals() {
  const Workload& workload = scenario_.workload;
  const double users = membership_.users();
  for (std::uint32_t number = 0; number < workload.room_classes.size(); ++number) {
    const RoomClass& room_class = workload.room_classes[number];
    add_arrivals("posts " + room_class.name, posts_per_s(workload, room_class), first_class + number);
  }
  add_arrivals("room openings", workload.room_opens_per_user.per_s * users, opens_room);
  add_arrivals("searches", workload.searches_per_user.per_s * users, searches);
  add_arrivals("restarts", workload.restarts_per_user.per_s * users, restarts);
  fleet_.schedule(zero_ + record_.window(), window_ends);
}

EndpointNumber Play::client_of(UserNumber user) const {
  for (EndpointNumber client = fleet_.first_endpoint(user); client < fleet_.first_endpoint(user + 1); ++client)
    if (fleet_.is_ready(client)) return client;
  return nobody;
}

void Play::due(std::uint32_t subject, double when) {
  if (subject == window_ends) return end_window(when);
  if (subject == signs_in) {
    wants_in(next_to_sign_in_++, when);
    if (next_to_sign_in_ < membership_.users())
      fleet_.schedule(when + scenario_.workload.sign_in_window->count() / membership_.users(), signs_in);
    return;
  }
  next_arrival(subject);
  if (subject >= first_class) return posts(subject - first_class, when);
  RandomStream& random = arrivals_.at(subject).random;
  const UserNumber user = random.below(membership_.users());
  const auto rooms = membership_.rooms_of(user);
  const EndpointNumber client = client_of(user);
  if (client == nobody || rooms.empty()) return;
  if (subject == opens_room) fleet_.open_room(client, rooms[random.below(static_cast<std::uint32_t>(rooms.size()))], when);
  if (subject == searches) fleet_.search(client, random.below(membership_.rooms()), when);
  if (subject == restarts) restart(user, when);
}

// Somebody in some room of the class writes; who is not signed in at that moment writes nothing.
void Play::posts(std::uint32_t room_class, double when) {
  if (membership_.rooms_of_class(room_class) == 0) return;
  RandomStream& random = arrivals_.at(first_class + room_class).random;
  const RoomNumber room = membership_.first_room(room_class) + random.below(membership_.rooms_of_class(room_class));
  const auto members = membership_.members(room);
  if (members.empty()) return;
  const EndpointNumber author = client_of(members[random.below(static_cast<std::uint32_t>(members.size()))]);
  if (author != nobody) fleet_.post(author, room, ledger_.add(room, when), when);
}

void Play::restart(UserNumber user, double) {
  if (!is_in(user) || restarting_[user]) return;
  restarting_[user] = true;
  for (EndpointNumber client = fleet_.first_endpoint(user); client < fleet_.first_endpoint(user + 1); ++client)
    fleet_.sign_out(client);
}

void Play::end_window(double when) {
  const double end = at(when);
  const double length = end - window_begin_;
  for (std::size_t server = 0; length > 0 && server < server_use_.size(); ++server) {
    const ProcessUse use = use_of(options_.server_processes[server]);
    const double cores = static_cast<double>(describe_machine().cores);
    record_.server(server, window_begin_, (use.cpu_s - server_use_[server].cpu_s) / (cores * length), use.memory_bytes);
    server_use_[server] = use;
  }
  if (length > 0 && options_.database_process > 0) {
    const ProcessUse use = use_of(options_.database_process);
    const double cores = static_cast<double>(describe_machine().cores);
    record_.database(window_begin_, (use.cpu_s - database_use_.cpu_s) / (cores * length));
    database_use_ = use;
  }
  window_begin_ = end;
  if (options_.on_progress) options_.on_progress(std::min(1.0, end / record_.horizon()));
  if (end < record_.horizon()) fleet_.schedule(zero_ + std::min(end + record_.window(), record_.horizon()), window_ends);
}

void Play::read_everything_back() {
  const double end = fleet_.now() + most_s_to_read_back;
  ledger_.read_back(fleet_);
  while (!ledger_.is_read() && fleet_.now() < end && !stop()) fleet_.turn(end);
}

void Play::sign_everybody_out() {
  for (EndpointNumber number = 0; number < fleet_.endpoints(); ++number)
    if (fleet_.is_ready(number)) fleet_.sign_out(number);
  const double end = fleet_.now() + most_s_to_leave;
  while (std::ranges::any_of(ready_endpoints_, [](std::uint8_t count) { return count > 0; }) && fleet_.now() < end)
    fleet_.turn(end);
}

io::Measured Play::measured() const {
  io::Measured measured = describe_machine();
  measured.lag_p99 = Seconds{fleet_.lag().quantile(0.99)};
  measured.lag_max = Seconds{fleet_.lag().max()};
  measured.load_cpu = Seconds{own_cpu_s() - cpu_at_start_};
  if (measured.lag_p99.count() > most_lag_p99_s || measured.lag_max.count() > most_lag_s)
    measured.invalid = "The load generator fell behind itself: it sent one request in a hundred more than " +
                       std::to_string(measured.lag_p99.count()) + " s late, at worst " +
                       std::to_string(measured.lag_max.count()) + " s.";
  if (!gave_up_.empty()) measured.invalid = "Clients gave up: " + gave_up_.begin()->first + ".";
  return measured;
}

std::vector<std::string> Play::remarks() const {
  std::vector<std::string> sentences;
  for (const auto& [what, times] : errors_)
    sentences.push_back(std::to_string(times) + " times " + std::string(what.first) + " was answered with " +
                        std::to_string(what.second) + ".");
  for (const auto& [why, times] : gave_up_) sentences.push_back(std::to_string(times) + " clients gave up: " + why + ".");
  return sentences;
}

Played Play::run() {
  const bool starts_empty = scenario_.workload.sign_in_window.has_value();
  if (!starts_empty) everybody_in();
  fleet_.clear_lag();
  fleet_.turn(fleet_.now());
  zero_ = fleet_.now();
  cpu_at_start_ = own_cpu_s();
  for (const int process : options_.server_processes) server_use_.push_back(use_of(process));
  database_use_ = use_of(options_.database_process);
  record_.users(0, users_in_, users_wanted_ - users_in_);
  for (std::size_t server = 0; server < users_of_server_.size(); ++server)
    record_.server_users(server, 0, users_of_server_[server]);
  if (starts_empty && membership_.users() > 0)
    fleet_.schedule(zero_ + scenario_.workload.sign_in_window->count() / membership_.users() *
                                RandomStream(options_.seed, 0, "sign-ins").uniform(),
                    signs_in);
  start_arrivals();
  const double end = zero_ + record_.horizon();
  while (fleet_.now() < end && !stop()) fleet_.turn(end);
  Played played;
  played.stopped = stop();
  played.measured = measured();
  const std::size_t open = fleet_.open_requests();
  for (UserNumber user = 0; user < membership_.users(); ++user)
    if (out_since_[user] > 0 && !is_in(user))
      user_seconds_lost_ += std::max(0.0, record_.horizon() - std::max(0.0, at(out_since_[user])));
  read_everything_back();
  played.balance = ledger_.balance();
  if (ledger_.is_read() && played.balance.rooms_not_read == 0) record_.posts_lost(record_.horizon(), played.balance.missing);
  sign_everybody_out();
  played.remarks = remarks();
  played.result = std::move(record_).finish(user_seconds_lost_ / 60, open);
  return played;
}

}  // namespace

std::vector<Inconsistency> not_playable(const Scenario& scenario) {
  std::vector<Inconsistency> found;
  const Topology& topology = scenario.topology;
  if (topology.chat_pools.size() != 1)
    found.push_back({"topology.chat_pools",
                     "the load generator plays one chat pool; found " + std::to_string(topology.chat_pools.size()), ""});
  else if (topology.chat_pools.front().active.empty())
    found.push_back({"topology.chat_pools[0].active", "the load generator needs an active server; found none", ""});
  for (std::size_t number = 0; number < scenario.faults.size(); ++number)
    found.push_back({"faults[" + std::to_string(number) + "]",
                     "the load generator cannot apply `" + label(scenario.faults[number]) + "` to a real server",
                     "leave the faults out with --set faults=[]"});
  if (!scenario.workload.day_curve.empty())
    found.push_back({"workload.day_curve", "the load generator plays hours that are all alike and no curve of a day",
                     "leave it out with --set workload.day_curve=[]"});
  return found;
}

Played play(const Scenario& scenario, const PlayOptions& options) { return Play(scenario, options).run(); }

}  // namespace poolcast::loadgen
