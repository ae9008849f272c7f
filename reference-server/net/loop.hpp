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

  std::array<char, read_size>& scratch() { return scratch_; }

  // At the end of this turn the connection's output is written: one write per connection and turn, however much was put in.
  void flush_at_end_of_turn(std::shared_ptr<Connection> connection);

  // Buffers that go round between connections, so that an idle one holds none.
  std::string take_buffer();
  void give_back(std::string buffer);

private:
  void end_turn();

  std::array<char, read_size> scratch_{};
  std::vector<std::string> spare_;
  // Goes before the spare buffers: handlers that never ran hold connections, which give their buffers back as they go.
  asio::io_context io_{1};
  std::vector<std::shared_ptr<Connection>> written_;
  std::vector<std::shared_ptr<Connection>> flushing_;
};

}  // namespace poolcast::net
