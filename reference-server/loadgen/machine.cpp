#include "reference-server/loadgen/machine.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace poolcast::loadgen {

namespace fs = std::filesystem;

namespace {

// The rest of the first line that begins with `key`, behind the colon.
std::string value_in(const char* file, const std::string& key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t colon = line.find(':');
    const std::size_t begin = colon == std::string::npos ? colon : line.find_first_not_of(" \t", colon + 1);
    if (begin != std::string::npos) return line.substr(begin);
  }
  return {};
}

struct Process {
  int number = 0;
  int parent = 0;
  ProcessUse use;
};

// /proc/N/stat: the name in parentheses may hold anything, so fields are counted behind the last one.
std::vector<Process> all_processes() {
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  std::vector<Process> processes;
  std::error_code gone;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc", gone)) {
    const std::string name = entry.path().filename().string();
    Process process;
    if (std::from_chars(name.data(), name.data() + name.size(), process.number).ptr != name.data() + name.size()) continue;
    std::ifstream file(entry.path() / "stat");
    std::string line;
    if (!std::getline(file, line)) continue;
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::vector<std::string> values;
    for (std::string value; fields >> value;) values.push_back(value);
    if (values.size() < 22) continue;
    process.parent = std::stoi(values[1]);
    for (const std::size_t field : {11U, 12U, 13U, 14U}) process.use.cpu_s += std::stod(values[field]) / ticks;
    process.use.memory_bytes = std::stod(values[21]) * page;
    processes.push_back(process);
  }
  return processes;
}

double seconds_of(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; }

}  // namespace

io::Measured describe_machine() {
  io::Measured machine;
  machine.processor = value_in("/proc/cpuinfo", "model name");
  machine.cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  std::istringstream memory(value_in("/proc/meminfo", "MemTotal"));
  double kibibytes = 0;
  memory >> kibibytes;
  machine.memory = Bytes{kibibytes * 1024};
  utsname system{};
  if (::uname(&system) == 0) machine.system = std::string(system.sysname) + " " + system.release;
  return machine;
}

double own_cpu_s() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  return seconds_of(use.ru_utime) + seconds_of(use.ru_stime);
}

ProcessUse use_of(int process) {
  const std::vector<Process> all = all_processes();
  std::vector<int> family{process};
  ProcessUse sum;
  for (std::size_t i = 0; i < family.size(); ++i)
    for (const Process& one : all) {
      if (one.number == family[i]) {
        sum.cpu_s += one.use.cpu_s;
        sum.memory_bytes += one.use.memory_bytes;
      }
      if (one.parent == family[i]) family.push_back(one.number);
    }
  return sum;
}

}  // namespace poolcast::loadgen
