#include "reference-server/loadgen/fleet.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <ctime>
#include <limits>
#include <stdexcept>
#include <system_error>

namespace poolcast::loadgen {

namespace {

constexpr std::size_t scratch_bytes = std::size_t{256} << 10;
constexpr int most_events = 512;  // per turn: what is written in answer to them leaves before the next are looked at
constexpr std::uint32_t input_number = std::numeric_limits<std::uint32_t>::max();

double monotonic_s() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::uint64_t key_of(std::uint32_t number, std::uint32_t generation) { return std::uint64_t{generation} << 32 | number; }

}  // namespace

Fleet::Fleet(FleetSettings settings, const Membership& membership, std::vector<RoomIdentity> rooms, Listener& listener)
    : settings_(std::move(settings)),
      membership_(membership),
      rooms_(std::move(rooms)),
      listener_(listener),
      random_(settings_.seed, 0, "clients"),
      scratch_(scratch_bytes) {
  answers_.assign(settings_.servers.size(), true);
  // Two runs against one server must not take each other's posts for their own.
  run_ = "pc" + md5_hex(std::to_string(monotonic_s()) + " " + std::to_string(::getpid())).substr(0, 8);
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
  clock_zero_ = monotonic_s();
  std::size_t total = 0;
  for (UserNumber user = 0; user < membership.users(); ++user) total += membership.endpoints(user);
  clients_.reserve(total);
  for (UserNumber user = 0; user < membership.users(); ++user) {
    first_endpoint_.push_back(endpoints());
    for (std::uint8_t number = 0; number < membership.endpoints(user); ++number) {
      Client& client = clients_.emplace_back();
      client.user = user;
      client.number_of_user = number;
    }
  }
  first_endpoint_.push_back(endpoints());
}

Fleet::~Fleet() { ::close(epoll_); }

double Fleet::clock() const { return monotonic_s() - clock_zero_; }

void Fleet::schedule(double at, std::uint32_t subject) {
  timers_.push({.at = at, .subject = subject, .again = {}, .kind = TimerKind::conductor});
}

void Fleet::schedule_client(double at, EndpointNumber number, TimerKind kind, const Pending& again) {
  timers_.push({.at = at, .subject = number, .generation = clients_[number].generation, .again = again, .kind = kind});
}

void Fleet::watch_input(int file) {
  input_ = file;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = key_of(input_number, 0);
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "the input cannot be waited for");
}

void Fleet::turn(double until) {
  std::array<epoll_event, most_events> events;
  admit();  // what was ordered between two turns
  flush_dirty();
  double wait = until - clock();
  if (!timers_.empty()) wait = std::min(wait, timers_.top().at - clock());
  wait = std::clamp(wait, 0.0, 1.0);
  timespec limit{};
  limit.tv_sec = static_cast<time_t>(wait);
  limit.tv_nsec = static_cast<long>((wait - std::floor(wait)) * 1e9);
  const int count = ::epoll_pwait2(epoll_, events.data(), most_events, &limit, nullptr);
  now_ = clock();
  run_timers();
  for (int i = 0; i < count; ++i)
    handle(events[static_cast<std::size_t>(i)].data.u64, events[static_cast<std::size_t>(i)].events);
  admit();
  flush_dirty();
}

void Fleet::run_timers() {
  while (!timers_.empty() && timers_.top().at <= now_) {
    const Timer timer = timers_.top();
    timers_.pop();
    expire(timer);
  }
}

void Fleet::expire(const Timer& timer) {
  if (timer.kind == TimerKind::conductor) {
    lag_.record(std::max(0.0, clock() - timer.at));
    return listener_.due(timer.subject, timer.at);
  }
  if (timer.kind == TimerKind::probe) {
    if (answers_[timer.subject]) return;
    if (queue_.empty()) {
      answers_[timer.subject] = true;  // nobody is there to look; the next one will see
      return;
    }
    const EndpointNumber number = queue_.front();
    queue_.pop_front();
    return attempt(number, timer.subject);
  }
  const Client& client = clients_[timer.subject];
  if (client.generation != timer.generation) return;
  switch (timer.kind) {
    case TimerKind::attempt:
      return wants_attempt(timer.subject);
    case TimerKind::limit:
      if (client.step != Step::ready && client.step != Step::in_sequence) lost(timer.subject);
      return;
    case TimerKind::again:
      return send_again(timer.subject, timer.again);
    default:
      return;
  }
}

void Fleet::handle(std::uint64_t key, std::uint32_t events) {
  const auto number = static_cast<std::uint32_t>(key);
  if (number == input_number) return listener_.input_is_ready();
  Client& client = clients_[number];
  if (client.generation != key >> 32 || !client.link.is_connected()) return;
  if (!client.link.is_open()) {
    switch (client.link.advance()) {
      case Link::Progress::waits:
        return;
      case Link::Progress::failed:
        return lost(number);
      case Link::Progress::open:
        connected(number);
    }
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(number);
  if (client.link.is_open() && client.link.has_output()) flush(number);
}

// The socket is watched for edges: it is read until it has nothing more. A plain read that does not fill the buffer has emptied
// the socket; of TLS only OpenSSL knows.
void Fleet::read(EndpointNumber number) {
  Client& client = clients_[number];
  const std::uint32_t generation = client.generation;
  while (client.link.is_open() && client.generation == generation) {
    std::size_t length = 0;
    switch (client.link.receive(scratch_, length)) {
      case Link::Received::nothing:
        return;
      case Link::Received::closed:
        return client.step == Step::leaving ? gone(number) : lost(number);
      case Link::Received::bytes:
        break;
    }
    if (!feed(number, {scratch_.data(), length})) return lost(number);
    if (settings_.tls == nullptr && length < scratch_.size()) return;
  }
}

// Takes what came apart into messages; false when it is no SIP. A message that is not there as a whole is kept.
bool Fleet::feed(EndpointNumber number, std::string_view bytes) {
  Client& client = clients_[number];
  const std::uint32_t generation = client.generation;
  std::string joined;
  if (!client.link.rest().empty()) {
    joined.swap(client.link.rest());
    joined.append(bytes);
    bytes = joined;
  }
  while (true) {
    Message message;
    const Framing framing = take_message(bytes, message);
    if (framing == Framing::broken) return false;
    if (framing == Framing::incomplete) break;
    receive(number, message);
    if (client.generation != generation) return true;  // the connection is another one, or none, by now
  }
  client.link.rest().assign(bytes);
  return true;
}

void Fleet::flush(EndpointNumber number) {
  if (!clients_[number].link.flush()) lost(number);
}

void Fleet::flush_dirty() {
  while (!dirty_.empty()) {  // losing a client may make others dirty
    const EndpointNumber number = dirty_.back();
    dirty_.pop_back();
    if (clients_[number].link.is_open()) flush(number);
  }
}

std::size_t Fleet::open_requests() const {
  std::size_t open = 0;
  for (const Client& client : clients_) open += client.pending.size();
  return open;
}

}  // namespace poolcast::loadgen
