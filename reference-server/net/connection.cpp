#include "reference-server/net/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "domain/ensure.hpp"

namespace poolcast::net {

namespace {

// A connection that has much to say lets the others have their turn after this many reads.
constexpr int reads_per_turn = 8;

// Twice 200 ns for each of the two steps of a handshake, which takes a millisecond.
std::chrono::nanoseconds thread_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

std::string network_of_peer(const asio::ip::tcp::socket& socket) {
  boost::system::error_code failed;
  const auto end = socket.remote_endpoint(failed);
  return failed ? std::string("unknown") : network_of(end.address());
}

}  // namespace

std::string network_of(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const asio::ip::address_v6 six = address.to_v6();
  if (six.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, six).to_string();
  auto bytes = six.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return asio::ip::address_v6(bytes).to_string() + "/64";
}

Connection::Connection(Loop& loop, asio::ip::tcp::socket socket, SslHandle tls, const ConnectionLimits& limits)
    : loop_(loop),
      socket_(std::move(socket)),
      network_(network_of_peer(socket_)),
      stream_(socket_.native_handle(), std::move(tls)),
      limits_(limits),
      began_(std::chrono::steady_clock::now()),
      last_sent_(began_) {}

Connection::~Connection() {
  if (unsent_.capacity() > 0) loop_.give_back(std::move(unsent_));
}

void Connection::start(std::unique_ptr<ConnectionUser> user) {
  user_ = std::move(user);
  shaking_hands_ = stream_.is_tls();
  loop_.watch(socket_.native_handle(), shared_from_this());
}

void Connection::on_socket(SocketEvents events) {
  if (leaving_) return throw_away();
  if (!open()) return;
  peer_has_ended_ = peer_has_ended_ || events.peer_ended;
  if (shaking_hands_) return shake_hands();
  // TLS may have to read before it can go on writing.
  if (waits_to_write_ && (events.writable || stream_.is_tls())) {
    waits_to_write_ = false;
    flush();
  }
  if (events.readable && open()) readable();
}

std::string Connection::peer() const {
  boost::system::error_code failed;
  const auto end = socket_.remote_endpoint(failed);
  if (failed) return "unknown";
  return end.address().to_string() + ":" + std::to_string(end.port());
}

void Connection::shake_hands() {
  const auto before = std::chrono::steady_clock::now();
  const auto cpu_before = thread_cpu_time();
  const Wants wants = stream_.handshake();
  handshake_.cpu += thread_cpu_time() - cpu_before;
  handshake_.worked += std::chrono::steady_clock::now() - before;
  if (wants == Wants::closed) return end(Ended::handshake_failed);
  if (wants == Wants::nothing) {
    shaking_hands_ = false;
    handshake_.began = began_;
    user_->shook_hands(handshake_);
    if (!unsent_.empty()) flush();  // what a caller had to say before
    if (open()) readable();
  }
}

void Connection::readable() {
  for (int reads = 0; reads < reads_per_turn; ++reads) {
    auto& scratch = loop_.scratch();
    const Transfer got = stream_.read(scratch);
    if (got.wants == Wants::closed) return end(Ended::by_peer);
    if (got.wants != Wants::nothing) return;  // the next edge tells
    if (!hand_over({scratch.data(), got.bytes})) return;
    // Empty now, and the next edge tells of more; but the peer's end was told already.
    if (got.drained && !peer_has_ended_) return;
  }
  asio::post(loop_.io(), [self = shared_from_this()] {
    if (self->open()) self->readable();
  });
}

// Whether the connection is still open afterwards.
bool Connection::hand_over(std::string_view bytes) {
  const bool continues = !unread_.empty();
  if (continues) {
    unread_.append(bytes);
    bytes = unread_;
  }
  const std::size_t taken = user_->take(bytes);
  if (!open()) return false;
  ensure(taken <= bytes.size(), "a connection's user took more than it was given");
  if (continues) {
    unread_.erase(0, taken);
    if (unread_.empty()) unread_ = {};
  } else if (taken < bytes.size()) {
    unread_.assign(bytes.substr(taken));
  }
  if (unread_.size() <= limits_.unread_bytes) return true;
  end(Ended::by_us);
  return false;
}

std::string& Connection::output() {
  if (!flush_is_due_) {
    flush_is_due_ = true;
    if (unsent_.capacity() == std::string().capacity()) unsent_ = loop_.take_buffer();
    loop_.flush_at_end_of_turn(shared_from_this());
  }
  return unsent_;
}

void Connection::flush() {
  flush_is_due_ = false;
  if (!open() || shaking_hands_) return;
  if (waits_to_write_) {
    if (unsent_.size() - sent_ > limits_.unsent_bytes) end(Ended::too_slow);
    return;
  }
  while (sent_ < unsent_.size()) {
    const Transfer put = stream_.write(std::string_view(unsent_).substr(sent_));
    if (put.wants == Wants::closed) return end(Ended::by_peer);
    if (put.wants != Wants::nothing) {
      if (unsent_.size() - sent_ > limits_.unsent_bytes) return end(Ended::too_slow);
      waits_to_write_ = true;
      return;
    }
    sent_some(put.bytes);
  }
  sent_ = 0;
  loop_.give_back(std::move(unsent_));
  unsent_ = {};
  if (closes_when_sent_) say_farewell();
}

void Connection::sent_some(std::size_t bytes) {
  sent_ += bytes;
  last_sent_ = std::chrono::steady_clock::now();
  if (sent_ > unsent_.size() / 2 && sent_ > Loop::read_size) {
    unsent_.erase(0, sent_);
    sent_ = 0;
  }
}

void Connection::close_when_sent() {
  closes_when_sent_ = true;
  if (!flush_is_due_ && !waits_to_write_) output();
}

void Connection::end(Ended how) {
  if (!open()) return;
  const auto self = shared_from_this();  // the loop's may be the last
  // The user may be on the stack, in take() or calling us: it goes when the turn is over.
  auto user = std::move(user_);
  if (how == Ended::by_us) stream_.say_goodbye();
  close();
  user->ended(how);
  asio::post(loop_.io(), [user = std::shared_ptr<ConnectionUser>(std::move(user))] {});
}

void Connection::close() {
  const auto self = shared_from_this();  // the loop's may be the last
  loop_.unwatch(socket_.native_handle());
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

void Connection::say_farewell() {
  constexpr std::chrono::seconds to_read_it{2};
  auto user = std::move(user_);
  stream_.say_goodbye();
  boost::system::error_code failed;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, failed);
  leaving_ = true;
  const auto self = shared_from_this();
  user->ended(Ended::by_us);
  asio::post(loop_.io(), [user = std::shared_ptr<ConnectionUser>(std::move(user))] {});
  if (failed || peer_has_ended_) return close();
  loop_.after(to_read_it, [leaving = weak_from_this()] {
    if (const auto late = leaving.lock(); late && late->socket_.is_open()) late->close();
  });
  throw_away();
}

// Until the peer ends its side too, which tells that it has seen the end of ours.
void Connection::throw_away() {
  constexpr std::size_t most = std::size_t{4} * 1024 * 1024;
  const auto self = shared_from_this();  // the loop's is the last
  while (socket_.is_open()) {
    auto& scratch = loop_.scratch();
    const ssize_t got = ::recv(socket_.native_handle(), scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got > 0) thrown_away_ += static_cast<std::size_t>(got);
    if (got <= 0 || thrown_away_ > most) return close();
  }
}

void Connection::check_deadlines(SteadyTime now) {
  if (!open()) return;
  if (shaking_hands_ && now - began_ > limits_.handshake) return end(Ended::handshake_failed);
  if (waits_to_write_ && now - last_sent_ > limits_.unsent_for) return end(Ended::too_slow);
}

}  // namespace poolcast::net
