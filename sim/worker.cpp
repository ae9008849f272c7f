#include "sim/worker.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <system_error>

#include "sim/result_codec.hpp"

namespace poolcast::sim {

namespace {

// A message is its kind, the length of its body in eight bytes, and its body.
enum class Message : char { progress = 'p', result = 'r', complaint = 'c' };
constexpr std::size_t header_size = 1 + sizeof(std::uint64_t);

// A result has a few megabytes; a pipe of the default 64 KiB would make both sides switch for every piece of it. The largest that
// Linux gives an ordinary user (pipe(7): /proc/sys/fs/pipe-max-size).
constexpr int pipe_bytes = 1 << 20;

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) _exit(EXIT_FAILURE);  // the parent is gone
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void send(int descriptor, Message kind, std::string_view body) {
  std::array<char, header_size> header{static_cast<char>(kind)};
  const std::uint64_t length = body.size();
  std::memcpy(header.data() + 1, &length, sizeof length);
  write_all(descriptor, {header.data(), header.size()});
  write_all(descriptor, body);
}

void be_bound_to(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) _exit(EXIT_FAILURE);  // it died before the line above
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);
}

[[noreturn]] void work(int descriptor, const RunFunction& run, const Scenario& scenario, RunOptions options) {
  options.on_progress = [descriptor](double seconds) {
    send(descriptor, Message::progress, {reinterpret_cast<const char*>(&seconds), sizeof seconds});
  };
  try {
    send(descriptor, Message::result, encode(run(scenario, options)));
  } catch (const std::exception& error) {
    send(descriptor, Message::complaint, error.what());
  }
  std::fflush(nullptr);
  _exit(EXIT_SUCCESS);  // no destructors: what the parent had open is not the child's to close
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return "was killed by signal " + std::to_string(number) + " (" + strsignal(number) + ")";
  }
  return "ended with code " + std::to_string(WEXITSTATUS(status)) + " and without a result";
}

}  // namespace

Worker::Worker(const RunFunction& run, const Scenario& scenario, const RunOptions& options, Count replication)
    : replication_(replication) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "no pipe for a worker");
  std::fflush(nullptr);  // or the child would print again what stands in the buffers
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    throw std::system_error(error, std::generic_category(), "no process for a worker");
  }
  if (process_ == 0) {
    ::close(ends[0]);
    be_bound_to(parent);
    work(ends[1], run, scenario, options);
  }
  ::close(ends[1]);
  pipe_ = ends[0];
  ::fcntl(pipe_, F_SETFL, O_NONBLOCK);
  ::fcntl(pipe_, F_SETPIPE_SZ, pipe_bytes);  // where it is refused, 64 KiB do as well
}

Worker::~Worker() {
  kill();
  end();
}

void Worker::kill() {
  if (process_ > 0) ::kill(process_, SIGKILL);
}

bool Worker::read() {
  std::array<char, 1 << 16> piece{};
  for (;;) {
    const ssize_t count = ::read(pipe_, piece.data(), piece.size());
    if (count > 0) {
      received_.append(piece.data(), static_cast<std::size_t>(count));
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    end();
    return true;
  }
  take_messages();
  return false;
}

void Worker::take_messages() {
  std::string_view rest = received_;
  while (rest.size() >= header_size) {
    std::uint64_t length = 0;
    std::memcpy(&length, rest.data() + 1, sizeof length);
    if (rest.size() - header_size < length) break;
    take_message(rest.front(), rest.substr(header_size, length));
    rest.remove_prefix(header_size + length);
  }
  received_.erase(0, received_.size() - rest.size());
}

void Worker::take_message(char kind, std::string_view body) {
  switch (static_cast<Message>(kind)) {
    case Message::progress:
      if (body.size() == sizeof simulated_seconds_) std::memcpy(&simulated_seconds_, body.data(), sizeof simulated_seconds_);
      return;
    case Message::result:
      try {
        result_ = decode(body);
      } catch (const std::runtime_error& error) {
        complaint_ = error.what();
      }
      return;
    case Message::complaint:
      complaint_ = body;
      return;
  }
  complaint_ = "it wrote what is no message";
}

// The pipe is closed or the child was killed: hears the last messages and how the child ended.
void Worker::end() {
  if (process_ <= 0) return;
  ::close(pipe_);
  int status = 0;
  rusage usage{};
  while (::wait4(process_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  process_ = -1;
  take_messages();
  if (WIFSIGNALED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) result_.reset();
  if (result_) {
    result_->replication = replication_;
    result_->peak_memory_bytes = static_cast<double>(usage.ru_maxrss) * 1024;  // Linux counts it in KiB
    return;
  }
  failure_ = "replication " + std::to_string(replication_) + " " +
             (complaint_.empty() ? how_it_ended(status) : "stopped: " + complaint_);
}

}  // namespace poolcast::sim
