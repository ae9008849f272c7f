// The bare fan-out, for scale: what a server costs that only receives a message and writes it to every member of a room. No SIP,
// no XML, no permissions, no database. One thread, epoll, messages of 200 bytes, each acknowledged by its recipient with 32
// bytes.
// `--batch` writes once per connection and loop turn instead of once per delivery. Server and clients are two processes, and the
// line of JSON that it prints has the server's processor time alone.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "domain/histogram.hpp"
#include "domain/random.hpp"
#include "reference-server/loadgen/machine.hpp"
#include "reference-server/loadgen/target.hpp"

namespace {

using poolcast::Histogram;
using poolcast::RandomStream;

constexpr std::size_t message_bytes = 200;
constexpr std::size_t small_bytes = 32;  // a greeting or an acknowledgement
constexpr int most_events = 512;

struct Options {
  std::uint32_t connections = 5000;
  std::uint32_t rooms = 100;
  double deliveries_per_s = 2500;
  double for_s = 10;
  double warm_up_s = 2;
  bool batch = false;
};

double monotonic_s() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

struct Peer {
  int socket = -1;
  std::uint32_t room = 0;
  std::string in;   // the beginning of a message
  std::string out;  // what the socket did not take, or what waits for the end of the turn
};

void watch(int epoll, int socket, std::uint32_t number) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLET;
  event.data.u32 = number;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll_ctl");
}

void flush(Peer& peer) {
  while (!peer.out.empty()) {
    const ssize_t sent = ::send(peer.socket, peer.out.data(), peer.out.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    peer.out.erase(0, static_cast<std::size_t>(sent));
  }
}

void write_now(Peer& peer, const char* bytes, std::size_t size) {
  ssize_t sent = 0;
  if (peer.out.empty()) sent = std::max<ssize_t>(0, ::send(peer.socket, bytes, size, MSG_NOSIGNAL));
  if (std::cmp_less(sent, size)) peer.out.append(bytes + sent, size - static_cast<std::size_t>(sent));
}

// Reads what is there and calls `take(message)` for each whole one; its first letter says how long it is. False when the peer
// left.
template <class Take>
bool read_all(Peer& peer, Take&& take) {
  static std::array<char, 65536> scratch;
  while (true) {
    const ssize_t got = ::recv(peer.socket, scratch.data(), scratch.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
    if (got < 0) return true;
    peer.in.append(scratch.data(), static_cast<std::size_t>(got));
    std::size_t begin = 0;
    while (begin < peer.in.size()) {
      const std::size_t size = peer.in[begin] == 'M' ? message_bytes : small_bytes;
      if (peer.in.size() - begin < size) break;
      take(peer.in.data() + begin);
      begin += size;
    }
    peer.in.erase(0, begin);
    if (static_cast<std::size_t>(got) < scratch.size()) return true;
  }
}

// --- the server ---

class Server {
public:
  Server(int listener, const Options& options) : listener_(listener), batch_(options.batch), rooms_(options.rooms) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = listener_number;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, most_events> events;
    while (true) {
      const int count = ::epoll_wait(epoll_, events.data(), most_events, -1);
      for (int i = 0; i < count; ++i) {
        const std::uint32_t number = events[static_cast<std::size_t>(i)].data.u32;
        number == listener_number ? accept_all() : serve(number);
      }
      for (const std::uint32_t number : dirty_) flush(peers_[number]);
      dirty_.clear();
    }
  }

private:
  static constexpr std::uint32_t listener_number = 0xFFFFFFFF;

  void accept_all() {
    for (int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK); socket >= 0;
         socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) {
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(epoll_, socket, static_cast<std::uint32_t>(peers_.size()));
      peers_.push_back({socket, 0, {}, {}});
    }
  }

  void serve(std::uint32_t number) {
    std::vector<std::string> posts;
    const bool stays = read_all(peers_[number], [&](const char* message) {
      if (*message == 'H') {
        std::memcpy(&peers_[number].room, message + 1, sizeof(std::uint32_t));
        rooms_[peers_[number].room].push_back(number);
        write_now(peers_[number], message, small_bytes);
      } else if (*message == 'M') {
        posts.emplace_back(message, message_bytes);
      }
    });
    if (!stays) std::_Exit(0);  // the clients are done
    if (!peers_[number].out.empty()) flush(peers_[number]);
    for (const std::string& post : posts)
      for (const std::uint32_t member : rooms_[peers_[number].room]) deliver(member, post);
  }

  void deliver(std::uint32_t member, const std::string& post) {
    Peer& peer = peers_[member];
    if (!batch_) return write_now(peer, post.data(), post.size());
    if (peer.out.empty()) dirty_.push_back(member);
    peer.out.append(post);
  }

  int listener_;
  bool batch_;
  int epoll_ = -1;
  std::vector<Peer> peers_;
  std::vector<std::vector<std::uint32_t>> rooms_;
  std::vector<std::uint32_t> dirty_;
};

// --- the clients ---

struct Outcome {
  std::uint64_t posts = 0, deliveries = 0, expected = 0;
  double sign_in_s = 0, server_cpu_s = 0, seconds = 0;
  Histogram latency;
};

class Clients {
public:
  Clients(const sockaddr_in& server, int process, const Options& options)
      : options_(options), process_(process), random_(1, 0, "posts") {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    peers_.resize(options.connections);
    const double began = monotonic_s();
    for (std::uint32_t number = 0; number < options.connections; ++number) open(server, number);
    while (greeted_ < options.connections) turn(monotonic_s() + 1);
    outcome_.sign_in_s = monotonic_s() - began;
  }

  Outcome run() {
    const double members = static_cast<double>(options_.connections) / options_.rooms;
    const double mean_gap = members / options_.deliveries_per_s;
    const double begin = monotonic_s();
    measured_from_ = begin + options_.warm_up_s;
    const double end = measured_from_ + options_.for_s;
    double next = begin + random_.exponential(mean_gap);
    bool measuring = false;
    double cpu = 0;
    while (next < end) {
      turn(next);
      if (!measuring && monotonic_s() >= measured_from_) {
        measuring = true;
        cpu = poolcast::loadgen::use_of(process_).cpu_s;
        at_begin_ = outcome_.deliveries;
      }
      for (; next <= monotonic_s() && next < end; next += random_.exponential(mean_gap)) post(next);
    }
    outcome_.server_cpu_s = poolcast::loadgen::use_of(process_).cpu_s - cpu;
    outcome_.deliveries -= at_begin_;
    outcome_.seconds = monotonic_s() - measured_from_;
    const std::uint64_t in_time = outcome_.deliveries;
    const double patience = monotonic_s() + 5;
    while (all_ < outcome_.expected && monotonic_s() < patience) turn(patience);
    outcome_.deliveries = in_time;
    outcome_.expected -= all_;  // what never came
    return outcome_;
  }

private:
  void open(const sockaddr_in& server, std::uint32_t number) {
    Peer& peer = peers_[number];
    peer.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer.socket < 0 || ::connect(peer.socket, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
      fail("connect");
    const int on = 1;
    ::setsockopt(peer.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peer.room = number % options_.rooms;
    std::array<char, small_bytes> greeting{'H'};
    std::memcpy(greeting.data() + 1, &peer.room, sizeof peer.room);
    if (::send(peer.socket, greeting.data(), greeting.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(small_bytes)) fail("send");
    if (::fcntl(peer.socket, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
    watch(epoll_, peer.socket, number);
  }

  void turn(double until) {
    std::array<epoll_event, most_events> events;
    const double wait = std::min(1.0, std::max(0.0, until - monotonic_s()));
    timespec limit{static_cast<time_t>(wait), static_cast<long>((wait - static_cast<double>(static_cast<time_t>(wait))) * 1e9)};
    const int count = ::epoll_pwait2(epoll_, events.data(), most_events, &limit, nullptr);
    for (int i = 0; i < count; ++i) {
      Peer& peer = peers_[events[static_cast<std::size_t>(i)].data.u32];
      const double now = monotonic_s();
      if (!read_all(peer, [&](const char* message) { take(peer, message, now); })) fail("the server left");
      flush(peer);
    }
  }

  void take(Peer& peer, const char* message, double now) {
    if (*message == 'H') {
      ++greeted_;
      return;
    }
    ++outcome_.deliveries;
    ++all_;
    double intended = 0;
    std::memcpy(&intended, message + 1, sizeof intended);
    if (intended >= measured_from_) outcome_.latency.record(std::max(0.0, now - intended));
    std::array<char, small_bytes> acknowledgement{'A'};
    peer.out.append(acknowledgement.data(), acknowledgement.size());
  }

  void post(double intended) {
    Peer& peer = peers_[random_.below(options_.connections)];
    std::array<char, message_bytes> message{'M'};
    std::memcpy(message.data() + 1, &intended, sizeof intended);
    peer.out.append(message.data(), message.size());
    flush(peer);
    ++outcome_.posts;
    outcome_.expected += (options_.connections - peer.room + options_.rooms - 1) / options_.rooms;
  }

  const Options& options_;
  int process_;
  RandomStream random_;
  int epoll_ = -1;
  std::vector<Peer> peers_;
  std::uint32_t greeted_ = 0;
  double measured_from_ = 0;
  std::uint64_t at_begin_ = 0, all_ = 0;
  Outcome outcome_;
};

int listen_somewhere(sockaddr_in& address) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listener, 4096) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    fail("listen");
  return listener;
}

void print(const Options& options, const Outcome& outcome) {
  const double thousands = static_cast<double>(outcome.deliveries) / 1000;
  std::printf(
      "{\"batch\":%s,\"connections\":%u,\"deliveries\":%llu,\"undelivered\":%llu,\"deliveries_per_s\":%.0f,"
      "\"server_cpu_s_per_1000\":%.6f,\"delivery_p50_s\":%.6f,\"delivery_p99_s\":%.6f,\"connected_s\":%.3f}\n",
      options.batch ? "true" : "false", options.connections, static_cast<unsigned long long>(outcome.deliveries),
      static_cast<unsigned long long>(outcome.expected), static_cast<double>(outcome.deliveries) / outcome.seconds,
      thousands > 0 ? outcome.server_cpu_s / thousands : 0.0, outcome.latency.quantile(0.5), outcome.latency.quantile(0.99),
      outcome.sign_in_s);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("The bare fan-out: a room server without anything else, for scale", "bare_fanout");
  app.add_option("--connections", options.connections)->check(CLI::Range(2U, 60'000U))->capture_default_str();
  app.add_option("--rooms", options.rooms)->check(CLI::Range(1U, 10'000U))->capture_default_str();
  app.add_option("--deliveries-per-s", options.deliveries_per_s)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--for", options.for_s, "Seconds that are measured")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--warm-up", options.warm_up_s, "Seconds before them")->capture_default_str();
  app.add_flag("--batch", options.batch, "One write per connection and loop turn instead of one per delivery");
  CLI11_PARSE(app, argc, argv);
  try {
    poolcast::loadgen::allow_connections(options.connections);
  } catch (const poolcast::loadgen::Refused& refused) {
    std::fprintf(stderr, "bare_fanout: %s\n", refused.why.c_str());
    return 2;
  }
  sockaddr_in address{};
  const int listener = listen_somewhere(address);
  const pid_t server = ::fork();
  if (server < 0) fail("fork");
  if (server == 0) Server(listener, options).run();
  ::close(listener);
  Clients clients(address, server, options);
  print(options, clients.run());
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  return 0;
}
