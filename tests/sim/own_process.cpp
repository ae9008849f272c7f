#include "tests/sim/own_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>

namespace poolcast::sim {
namespace {

constexpr int failed = 3;

[[noreturn]] void be_the_child(int pipe_end, const std::function<std::vector<double>()>& work) {
  int status = failed;
  try {
    const std::vector<double> numbers = work();
    const char* bytes = reinterpret_cast<const char*>(numbers.data());
    std::size_t left = numbers.size() * sizeof(double);
    status = ::testing::Test::HasFailure() ? failed : 0;
    while (left > 0) {
      const ssize_t written = write(pipe_end, bytes, left);
      if (written <= 0) _exit(failed);
      bytes += written;
      left -= static_cast<std::size_t>(written);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "in_own_process: %s\n", error.what());
  }
  std::fflush(nullptr);
  _exit(status);
}

std::vector<double> read_numbers(int pipe_end) {
  std::string bytes;
  std::array<char, 65536> buffer{};
  for (ssize_t count = read(pipe_end, buffer.data(), buffer.size()); count > 0;
       count = read(pipe_end, buffer.data(), buffer.size()))
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  std::vector<double> numbers(bytes.size() / sizeof(double));
  if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(double));
  return numbers;
}

simgrid::s4u::Engine& configured(simgrid::s4u::Engine& engine) {
  compat::configure(engine);
  return engine;
}

}  // namespace

std::vector<double> in_own_process(const std::function<std::vector<double>()>& work) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    close(ends[0]);
    be_the_child(ends[1], work);
  }
  close(ends[1]);
  std::vector<double> numbers = read_numbers(ends[0]);
  close(ends[0]);
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0)
    throw std::runtime_error("the process ended with status " + std::to_string(status));
  return numbers;
}

SmallPlatform::SmallPlatform()
    : engine("test"),
      host(compat::add_host(compat::root_zone(configured(engine)), "host", 1e9)),
      victim(compat::add_host(compat::root_zone(engine), "victim", 1e9)) {
  compat::root_zone(engine)->seal();
}

}  // namespace poolcast::sim
