#include "reference-server/net/loop.hpp"

#include <sys/epoll.h>

#include "reference-server/net/connection.hpp"

namespace poolcast::net {

namespace {

constexpr std::size_t spare_buffers = 1024;
constexpr std::size_t largest_spare = std::size_t{256} * 1024;

void repeat(const std::shared_ptr<asio::steady_timer>& timer, std::chrono::nanoseconds period,
            const std::shared_ptr<std::function<void()>>& work) {
  timer->expires_after(period);
  timer->async_wait([timer, period, work](const boost::system::error_code& failed) {
    if (failed) return;
    (*work)();
    repeat(timer, period, work);
  });
}

void wait_for_signal(const std::shared_ptr<asio::signal_set>& signals, const std::shared_ptr<std::function<void()>>& work) {
  signals->async_wait([signals, work](const boost::system::error_code& failed, int /*number*/) {
    if (failed) return;
    (*work)();
    wait_for_signal(signals, work);
  });
}

}  // namespace

void Loop::on_signal(int number, std::function<void()> work) {
  wait_for_signal(std::make_shared<asio::signal_set>(io_, number), std::make_shared<std::function<void()>>(std::move(work)));
}

void Loop::run_until(const std::function<bool()>& done) {
  io_.restart();  // an io_context that has run out of work stays stopped otherwise
  const auto keeps_running = asio::make_work_guard(io_);
  while (!done()) io_.run_one();
}

void Loop::post(std::function<void()> work) { asio::post(io_, std::move(work)); }

void Loop::after(std::chrono::nanoseconds delay, std::function<void()> work) {
  auto timer = std::make_shared<asio::steady_timer>(io_, delay);
  timer->async_wait([timer, work = std::move(work)](const boost::system::error_code& failed) {
    if (!failed) work();
  });
}

void Loop::every(std::chrono::nanoseconds period, std::function<void()> work) {
  repeat(std::make_shared<asio::steady_timer>(io_), period, std::make_shared<std::function<void()>>(std::move(work)));
}

void Loop::watch(int socket, std::shared_ptr<Connection> connection) {
  if (watching_++ == 0) {
    sockets_.assign(::epoll_create1(EPOLL_CLOEXEC));
    wait_for_sockets();
  }
  const auto place = static_cast<std::size_t>(socket);
  if (watched_.size() <= place) watched_.resize(place + 1);
  watched_[place] = std::move(connection);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.fd = socket;
  ::epoll_ctl(sockets_.native_handle(), EPOLL_CTL_ADD, socket, &event);
}

void Loop::unwatch(int socket) {
  const auto place = static_cast<std::size_t>(socket);
  if (place >= watched_.size() || watched_[place] == nullptr) return;
  watched_[place] = nullptr;
  ::epoll_ctl(sockets_.native_handle(), EPOLL_CTL_DEL, socket, nullptr);
  // Without connections nothing is waited for, so that a loop without work ends.
  boost::system::error_code ignored;
  if (--watching_ == 0) sockets_.close(ignored);
}

void Loop::wait_for_sockets() {
  sockets_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& failed) {
    if (failed || !sockets_.is_open()) return;
    take_events();
    if (sockets_.is_open()) wait_for_sockets();
  });
}

void Loop::take_events() {
  constexpr int at_once = 512;
  std::array<epoll_event, at_once> events{};
  const int ready = ::epoll_wait(sockets_.native_handle(), events.data(), at_once, 0);
  for (int i = 0; i < ready; ++i) {
    // A connection that an earlier event of this batch has ended is not there any more.
    const epoll_event& event = events.at(static_cast<std::size_t>(i));
    const std::shared_ptr<Connection> connection = watched_[static_cast<std::size_t>(event.data.fd)];
    if (connection == nullptr) continue;
    const bool ended = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    connection->on_socket(
        {.readable = ended || (event.events & EPOLLIN) != 0, .writable = (event.events & EPOLLOUT) != 0, .peer_ended = ended});
  }
}

void Loop::flush_at_end_of_turn(std::shared_ptr<Connection> connection) {
  // What is posted runs after every handler that is ready now: that is the end of the turn.
  if (written_.empty()) asio::post(io_, [this] { end_turn(); });
  written_.push_back(std::move(connection));
}

void Loop::end_turn() {
  flushing_.swap(written_);
  for (const auto& connection : flushing_) connection->flush();
  flushing_.clear();
}

std::string Loop::take_buffer() {
  if (spare_.empty()) return {};
  std::string buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

void Loop::give_back(std::string buffer) {
  if (spare_.size() >= spare_buffers || buffer.capacity() > largest_spare) return;
  buffer.clear();
  spare_.push_back(std::move(buffer));
}

}  // namespace poolcast::net
