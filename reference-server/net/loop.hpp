// The one thread that runs sockets, SIP and chat: its clock, its shared buffers, and the turn at whose end everything that was
// written leaves. Only `post` may be called from other threads.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/net/asio.hpp"

namespace poolcast::net {

class Connection;

using SteadyTime = std::chrono::steady_clock::time_point;

struct SocketEvents {
  bool readable = false;
  bool writable = false;
  bool peer_ended = false;
};

class Loop {
public:
  // What one read may bring: large enough for the pipelined commands of a client, and one buffer serves all connections.
  static constexpr std::size_t read_size = std::size_t{64} * 1024;

  asio::io_context& io() { return io_; }
  void run() {
    io_.restart();  // an io_context that ran out of work during the start stays stopped otherwise
    io_.run();
  }
  void stop() { io_.stop(); }

  // Runs `work` on the loop's thread, in the order of the calls; any thread may call it.
  void post(std::function<void()> work);
  // Runs `work` once after `delay`, on the loop's thread; lost when the loop stops first.
  void after(std::chrono::nanoseconds delay, std::function<void()> work);
  // Runs `work` again and again until the loop ends.
  void every(std::chrono::nanoseconds period, std::function<void()> work);

  // Runs `work` each time the process gets the signal.
  void on_signal(int number, std::function<void()> work);
  // Runs handlers until `done` is true: for the start, before anybody is served.
  void run_until(const std::function<bool()>& done);

  // Tells the connection when its socket can be read or written. One edge-triggered epoll of our own holds all connections, and
  // Asio waits for that one: Asio's own wait costs an epoll_ctl each time, a third of all system calls of a fan-out.
  void watch(int socket, std::shared_ptr<Connection> connection);
  void unwatch(int socket);

  std::array<char, read_size>& scratch() { return scratch_; }

  // At the end of this turn the connection's output is written: one write per connection and turn, however much was put in.
  void flush_at_end_of_turn(std::shared_ptr<Connection> connection);

  // Buffers that go round between connections, so that an idle one holds none.
  std::string take_buffer();
  void give_back(std::string buffer);

private:
  void end_turn();
  void wait_for_sockets();
  void take_events();

  std::array<char, read_size> scratch_{};
  std::vector<std::string> spare_;
  // Goes before the spare buffers: handlers that never ran hold connections, which give their buffers back as they go.
  asio::io_context io_{1};
  asio::posix::stream_descriptor sockets_{io_};       // the epoll; open while something is watched
  std::vector<std::shared_ptr<Connection>> watched_;  // by socket
  std::size_t watching_ = 0;
  std::vector<std::shared_ptr<Connection>> written_;
  std::vector<std::shared_ptr<Connection>> flushing_;
};

}  // namespace poolcast::net
