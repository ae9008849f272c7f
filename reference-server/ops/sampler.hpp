// Processor, memory and disk of this process, of others that are watched (the database) and of the machine, read from /proc:
// about 0.2 ms a second.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/units.hpp"

namespace poolcast::ops {

// Totals since the process or the machine began; the reader takes differences.
struct ProcessSample {
  std::string name{};  // "server", "database"
  double cpu_s = 0;    // user and system, children included when the tree is watched
  std::uint64_t resident_bytes = 0;
  std::uint64_t read_bytes = 0;     // from the disk
  std::uint64_t written_bytes = 0;  // to the disk
  std::uint32_t processes = 0;      // 0: it is gone
  std::uint32_t threads = 0;
};

struct HostSample {
  double busy_cpu_s = 0;     // over all cores: user, nice, system, irq, softirq, steal
  double waiting_cpu_s = 0;  // iowait
  std::uint32_t cores = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t available_bytes = 0;
  std::uint64_t disk_read_bytes = 0;  // over all whole disks
  std::uint64_t disk_written_bytes = 0;
  double disk_busy_s = 0;  // summed over disks
  std::vector<ProcessSample> processes{};
};

struct Watched {
  std::string name;
  pid_t pid = 0;
  bool tree = false;                    // with its descendants, such as PostgreSQL's backends
  std::filesystem::path pid_file = {};  // its number is the first line of this file, read anew each time: it may be restarted
};

// The first line of a file such as PostgreSQL's postmaster.pid; none where it holds no process's number.
std::optional<pid_t> read_pid_file(const std::filesystem::path& file);

class Sampler {
public:
  // `proc` is /proc, except in tests.
  explicit Sampler(std::vector<Watched> watched, std::filesystem::path proc = "/proc");
  HostSample take() const;

private:
  ProcessSample take(const Watched& watched) const;

  std::vector<Watched> watched_;
  std::filesystem::path proc_;
  double ticks_per_s_;
  std::uint64_t page_bytes_;
};

}  // namespace poolcast::ops
