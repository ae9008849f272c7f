#include "reference-server/loadgen/drive.hpp"

#include <unistd.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "reference-server/loadgen/ledger.hpp"
#include "reference-server/loadgen/machine.hpp"

namespace poolcast::loadgen {

namespace {

using Json = nlohmann::ordered_json;

enum Due : std::uint32_t { next_post, posting_ends, patience_ends };

Membership drawn(const Scenario& scenario, std::uint64_t seed) {
  RandomStream random = membership_stream(seed, 0, scenario.topology.chat_pools.front().name.str());
  return {scenario.workload, scenario.workload.users, random};
}

// Everybody comes back at once, nothing is sent twice, and signing in is what it takes to be in all rooms.
FleetSettings eager(FleetSettings settings, const Scenario& scenario, std::uint64_t seed) {
  settings.seed = seed;
  settings.eager = true;
  settings.whole_sequence = false;
  settings.retry_posts = false;
  settings.behaviour.backoff = {Seconds{0.1}, Seconds{1}};
  settings.body_bytes = static_cast<std::size_t>(scenario.workload.body.count);
  return settings;
}

class Drive : public Listener {
public:
  Drive(const Scenario& scenario, FleetSettings settings, std::uint64_t seed)
      : membership_(drawn(scenario, seed)),
        fleet_(eager(std::move(settings), scenario, seed), membership_, room_identities(membership_, scenario.workload), *this),
        ledger_(membership_),
        random_(seed, 0, "posts") {}

  void run();

  void signed_in(EndpointNumber, double at, double seconds) override;
  void fell_out(EndpointNumber, double) override {
    if (ready_ == fleet_.endpoints()) half_at_ = all_at_ = 0;  // a loss begins
    --ready_;
    ++falls_;
  }
  void left(EndpointNumber, double) override { --ready_; }
  void gave_up(EndpointNumber, std::string_view why) override {
    ++gave_up_;
    reason_ = why;
  }
  void joined(EndpointNumber, double, double) override { ++joined_; }
  void read_back(EndpointNumber number, RoomNumber room, std::string_view body) override {
    ledger_.page(fleet_, number, room, body);
  }
  void answered_with_error(Command, int code) override { ++errors_[code]; }
  void acknowledged(PostNumber post, double at) override { answered(post, Fate::acknowledged, 200, at); }
  void post_refused(PostNumber post, int status, double at) override { answered(post, Fate::refused, status, at); }
  void post_lost(PostNumber post, double at) override { answered(post, Fate::lost, 0, at); }
  void delivered(EndpointNumber, const Stamp& stamp, double at) override;
  void due(std::uint32_t subject, double when) override;
  void input_is_ready() override;

private:
  struct Answer {
    double at = 0;
    int status = 0;
  };
  void answered(PostNumber post, Fate fate, int status, double at);
  void take(const Json& order);
  void begin_posting(const Json& order);
  void post_somewhere(double when);
  void check_progress();
  bool is_done() const;
  Json report();
  Json posting_report();
  Json balance_report() const;
  static void say(const Json& line);

  Membership membership_;
  Fleet fleet_;
  Ledger ledger_;
  RandomStream random_;
  std::string input_;
  bool quits_ = false;

  std::string order_;  // that is being carried out; empty when idle
  bool with_detail_ = false;
  double order_began_ = 0;
  double patience_ends_at_ = 0;
  std::uint32_t ready_ = 0, joined_ = 0, gave_up_ = 0;
  std::uint32_t falls_ = 0, falls_wanted_ = 0;
  double half_at_ = 0, all_at_ = 0;
  std::string reason_;
  Histogram sign_in_latency_;

  double posts_per_s_ = 0;
  double posting_until_ = 0;
  double measured_from_ = 0;  // deliveries of posts that were to be sent earlier are warm-up
  bool is_posting_ = false;
  PostNumber first_post_ = 0;  // of this order
  std::uint64_t deliveries_ = 0, measured_deliveries_ = 0, expected_ = 0, open_posts_ = 0;
  Histogram delivery_latency_, post_latency_;
  std::vector<Answer> answers_;  // by post
  double cpu_at_begin_ = 0;
  std::map<int, std::uint64_t> errors_;
};

void Drive::say(const Json& line) {
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

void Drive::signed_in(EndpointNumber, double at, double seconds) {
  ++ready_;
  sign_in_latency_.record(seconds);
  if (ready_ * 2 >= fleet_.endpoints() && half_at_ == 0) half_at_ = at;  // the sooner half
  if (ready_ == fleet_.endpoints()) all_at_ = at;
}

void Drive::answered(PostNumber post, Fate fate, int status, double at) {
  if (ledger_.fate(post) == Fate::sent && open_posts_ > 0) --open_posts_;
  ledger_.set(post, fate);
  answers_[post] = {at, status};
  if (fate == Fate::acknowledged && ledger_.intended(post) >= measured_from_) post_latency_.record(at - ledger_.intended(post));
  // Nobody is told of a post that was refused or lost with its connection.
  if (fate == Fate::refused) expected_ -= membership_.members(ledger_.room_of(post)).size();
}

void Drive::delivered(EndpointNumber, const Stamp& stamp, double at) {
  if (stamp.post < first_post_) return;
  ++deliveries_;
  const double intended = ledger_.intended(stamp.post);
  if (intended < measured_from_) return;
  ++measured_deliveries_;
  delivery_latency_.record(std::max(0.0, at - intended));
}

void Drive::post_somewhere(double when) {
  const RoomNumber room = random_.below(membership_.rooms());
  const auto members = membership_.members(room);
  const EndpointNumber author = fleet_.first_endpoint(members[random_.below(static_cast<std::uint32_t>(members.size()))]);
  if (!fleet_.is_ready(author)) return;
  answers_.emplace_back();
  ++open_posts_;
  expected_ += members.size();
  fleet_.post(author, room, ledger_.add(room, when), when);
}

void Drive::due(std::uint32_t subject, double when) {
  if (subject != next_post || !is_posting_) return;
  if (when > posting_until_) {
    is_posting_ = false;
    say({{"mark", "ends"}, {"at", fleet_.monotonic(fleet_.now())}, {"deliveries", deliveries_}});
    return;
  }
  fleet_.schedule(when + random_.exponential(1 / posts_per_s_), next_post);
  post_somewhere(when);
}

void Drive::begin_posting(const Json& order) {
  posts_per_s_ = order.at("per_s").get<double>();
  const double warm_up = order.value("warm_up", 0.0);
  fleet_.clear_lag();
  delivery_latency_.clear();
  post_latency_.clear();
  deliveries_ = measured_deliveries_ = expected_ = open_posts_ = 0;
  first_post_ = static_cast<PostNumber>(ledger_.size());
  measured_from_ = fleet_.now() + warm_up;
  posting_until_ = measured_from_ + order.at("for").get<double>();
  patience_ends_at_ = posting_until_ + order.value("patience", 5.0);
  is_posting_ = true;
  cpu_at_begin_ = own_cpu_s();
  fleet_.schedule(fleet_.now() + random_.exponential(1 / posts_per_s_), next_post);
  say({{"mark", "begins"}, {"at", fleet_.monotonic(fleet_.now())}, {"deliveries", 0}});
}

// One order at a time; the answer to it follows when it is carried out.
void Drive::take(const Json& order) {
  order_ = order.at("do").get<std::string>();
  order_began_ = fleet_.now();
  patience_ends_at_ = order_began_ + order.value("patience", 120.0);
  with_detail_ = order.value("detail", false);
  if (order_ == "sign_in") {
    fleet_.set_joins_at_sign_in(order.value("join", true));
    sign_in_latency_.clear();
    half_at_ = all_at_ = 0;
    for (EndpointNumber number = 0; number < fleet_.endpoints(); ++number) fleet_.sign_in(number, fleet_.now());
  } else if (order_ == "join") {
    joined_ = 0;
    fleet_.set_joins_at_sign_in(true);
    for (EndpointNumber number = 0; number < fleet_.endpoints(); ++number) fleet_.join_all(number);
  } else if (order_ == "post") {
    begin_posting(order);
  } else if (order_ == "come_back") {
    falls_wanted_ = order.at("falls").get<std::uint32_t>();
  } else if (order_ == "read_back") {
    ledger_.read_back(fleet_);
  } else if (order_ == "sign_out") {
    for (EndpointNumber number = 0; number < fleet_.endpoints(); ++number)
      if (fleet_.is_ready(number)) fleet_.sign_out(number);
  } else if (order_ == "quit") {
    quits_ = true;
  } else if (order_ != "status") {
    throw std::runtime_error("unknown order: " + order.dump());
  }
}

void Drive::input_is_ready() {
  std::array<char, 4096> buffer;
  const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  if (got <= 0) {
    quits_ = true;
    return;
  }
  input_.append(buffer.data(), static_cast<std::size_t>(got));
}

bool Drive::is_done() const {
  if (order_ == "sign_in") return ready_ + gave_up_ == fleet_.endpoints();
  if (order_ == "join") return joined_ == fleet_.endpoints();
  if (order_ == "come_back") return falls_ >= falls_wanted_ && ready_ == fleet_.endpoints();
  if (order_ == "read_back") return ledger_.is_read();
  if (order_ == "sign_out") return ready_ == 0;
  if (order_ == "post") return !is_posting_ && open_posts_ == 0 && deliveries_ >= expected_;
  return true;
}

Json Drive::posting_report() {
  std::uint64_t acknowledged = 0, refused = 0, unanswered = 0;
  Json detail = Json::array();
  for (PostNumber post = first_post_; post < ledger_.size(); ++post) {
    acknowledged += ledger_.fate(post) == Fate::acknowledged ? 1 : 0;
    refused += ledger_.fate(post) == Fate::refused ? 1 : 0;
    unanswered += ledger_.fate(post) == Fate::sent || ledger_.fate(post) == Fate::lost ? 1 : 0;
    if (!with_detail_) continue;
    const bool has_answer = answers_[post].at > 0;
    detail.push_back({fleet_.monotonic(ledger_.intended(post)),
                      has_answer ? Json(fleet_.monotonic(answers_[post].at)) : Json(nullptr), answers_[post].status});
  }
  Json report = {{"sent", ledger_.size() - first_post_},
                 {"acknowledged", acknowledged},
                 {"refused", refused},
                 {"unanswered", unanswered},
                 {"expected_deliveries", expected_},
                 {"deliveries", deliveries_},
                 {"measured_deliveries", measured_deliveries_},
                 {"delivery_mean_s", delivery_latency_.mean()},
                 {"delivery_p50_s", delivery_latency_.quantile(0.5)},
                 {"delivery_p99_s", delivery_latency_.quantile(0.99)},
                 {"delivery_max_s", delivery_latency_.max()},
                 {"post_p50_s", post_latency_.quantile(0.5)},
                 {"post_p99_s", post_latency_.quantile(0.99)},
                 {"lag_p99_s", fleet_.lag().quantile(0.99)},
                 {"lag_max_s", fleet_.lag().max()},
                 {"load_cpu_s", own_cpu_s() - cpu_at_begin_}};
  if (with_detail_) report["posts"] = detail;
  return report;
}

Json Drive::balance_report() const {
  const Balance balance = ledger_.balance();
  return {{"sent", balance.sent},
          {"acknowledged", balance.acknowledged},
          {"refused", balance.refused},
          {"unanswered", balance.unanswered},
          {"missing", balance.missing},
          {"stored_twice", balance.stored_twice},
          {"stored_unacknowledged", balance.stored_unacknowledged},
          {"rooms_not_read", balance.rooms_not_read}};
}

Json Drive::report() {
  Json line = {{"did", order_},
               {"complete", is_done()},
               {"seconds", fleet_.now() - order_began_},
               {"clients", fleet_.endpoints()},
               {"ready", ready_},
               {"falls", falls_},
               {"gave_up", gave_up_},
               {"reason", reason_}};
  if (order_ == "sign_in" || order_ == "come_back") {
    line["half_at"] = half_at_ > 0 ? Json(fleet_.monotonic(half_at_)) : Json(nullptr);
    line["all_at"] = all_at_ > 0 ? Json(fleet_.monotonic(all_at_)) : Json(nullptr);
    line["sign_in_p50_s"] = sign_in_latency_.quantile(0.5);
    line["sign_in_p99_s"] = sign_in_latency_.quantile(0.99);
  }
  if (order_ == "post") line.update(posting_report());
  if (order_ == "read_back") line.update(balance_report());
  Json errors = Json::object();
  for (const auto& [code, times] : errors_) errors[std::to_string(code)] = times;
  line["errors"] = errors;
  return line;
}

void Drive::check_progress() {
  if (order_.empty()) {
    const std::size_t end = input_.find('\n');
    if (end == std::string::npos) return;
    const std::string text = input_.substr(0, end);
    input_.erase(0, end + 1);
    take(Json::parse(text));
  }
  if (!is_done() && fleet_.now() < patience_ends_at_) return;
  if (!quits_) say(report());
  order_.clear();
}

void Drive::run() {
  fleet_.watch_input(STDIN_FILENO);
  say({{"did", "start"}, {"clients", fleet_.endpoints()}, {"rooms", membership_.rooms()}});
  while (!quits_) {
    fleet_.turn(fleet_.now() + (order_.empty() ? 1 : 0.01));
    check_progress();
  }
}

}  // namespace

void drive(const Scenario& scenario, FleetSettings settings, std::uint64_t seed) {
  try {
    Drive(scenario, std::move(settings), seed).run();
  } catch (const Json::exception& error) {
    throw std::runtime_error(std::string("an order that is not understood: ") + error.what());
  }
}

}  // namespace poolcast::loadgen
