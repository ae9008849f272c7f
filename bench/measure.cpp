#include "bench/measure.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves the declaration to the program

namespace poolcast::bench {
namespace {

void write_all(int pipe_end, const std::vector<double>& numbers) {
  const char* bytes = reinterpret_cast<const char*>(numbers.data());
  std::size_t left = numbers.size() * sizeof(double);
  while (left > 0) {
    const ssize_t written = write(pipe_end, bytes, left);
    if (written <= 0) give_up("a child could not write");
    bytes += written;
    left -= static_cast<std::size_t>(written);
  }
}

std::vector<double> read_all(int pipe_end) {
  std::string bytes;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t count = read(pipe_end, buffer.data(), buffer.size());
    if (count <= 0) break;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  }
  std::vector<double> numbers(bytes.size() / sizeof(double));
  if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(double));
  return numbers;
}

ChildResult wait_for(pid_t child, double begin, int wanted_status, const std::string& name) {
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child) give_up("nothing to wait for");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != wanted_status) give_up(name + " ended with status " + std::to_string(status));
  ChildResult result;
  result.seconds = wall_clock() - begin;
  for (const timeval& part : {usage.ru_utime, usage.ru_stime})
    result.processor_seconds += static_cast<double>(part.tv_sec) + static_cast<double>(part.tv_usec) * 1e-6;
  result.peak_mib = static_cast<double>(usage.ru_maxrss) / 1024;
  return result;
}

}  // namespace

ChildResult in_child(const std::function<std::vector<double>()>& work) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) give_up("no pipe");
  std::fflush(nullptr);
  const double begin = wall_clock();
  const pid_t child = fork();
  if (child < 0) give_up("no process");
  if (child == 0) {
    close(ends[0]);
    write_all(ends[1], work());
    std::fflush(nullptr);
    _exit(0);
  }
  close(ends[1]);
  std::vector<double> numbers = read_all(ends[0]);
  close(ends[0]);
  ChildResult result = wait_for(child, begin, 0, "a measurement");
  result.numbers = std::move(numbers);
  return result;
}

ChildResult run_program(const std::vector<std::string>& command, int status) {
  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));  // posix_spawn does not write to them
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const double begin = wall_clock();
  pid_t child = 0;
  const int error = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) give_up(command[0] + ": " + std::strerror(error));
  return wait_for(child, begin, status, command[0]);
}

double median(std::vector<double> values) {
  if (values.empty()) give_up("a median of nothing");
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double wall_clock() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double processor_clock() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void give_up(const std::string& why) {
  std::fprintf(stderr, "benchmark failed: %s\n", why.c_str());
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): one thread
}

}  // namespace poolcast::bench
