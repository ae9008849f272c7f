#include "reference-server/ops/sampler.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace poolcast::ops {

namespace fs = std::filesystem;

namespace {

// What one process is in /proc/PID/stat.
struct Stat {
  pid_t parent = 0;
  std::uint64_t own_ticks = 0;
  std::uint64_t children_ticks = 0;  // of children that have ended and were waited for
  std::uint32_t threads = 0;
  std::uint64_t resident_pages = 0;
};

// proc(5): the name in parentheses may hold anything, so fields count from the last ')'.
std::optional<Stat> read_stat(const fs::path& folder) {
  std::ifstream file(folder / "stat");
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  Stat stat;
  std::string field;
  constexpr int first_field = 3;
  for (int number = first_field; fields >> field; ++number) {
    std::uint64_t value = 0;
    std::from_chars(field.data(), field.data() + field.size(), value);
    switch (number) {
      case 4:
        stat.parent = static_cast<pid_t>(value);
        break;
      case 14:
      case 15:
        stat.own_ticks += value;
        break;
      case 16:
      case 17:
        stat.children_ticks += value;
        break;
      case 20:
        stat.threads = static_cast<std::uint32_t>(value);
        break;
      case 24:
        stat.resident_pages = value;
        return stat;
      default:
        break;
    }
  }
  return std::nullopt;
}

// "name: value" or "name value" lines: the first number after the name.
std::uint64_t named_number(const fs::path& path, std::string_view name) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with(name)) continue;
    std::istringstream rest(line.substr(name.size()));
    std::uint64_t value = 0;
    rest >> value;
    return value;
  }
  return 0;
}

using Stats = std::unordered_map<pid_t, Stat>;

Stats read_all(const fs::path& proc) {
  Stats stats;
  for (const fs::directory_entry& entry : fs::directory_iterator(proc)) {
    const std::string name = entry.path().filename().string();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    if (const auto stat = read_stat(entry.path())) stats.emplace(pid, *stat);
  }
  return stats;
}

bool descends(pid_t pid, pid_t from, const Stats& stats) {
  constexpr int most_generations = 64;
  for (int generation = 0; generation < most_generations; ++generation) {
    if (pid == from) return true;
    const auto found = stats.find(pid);
    if (found == stats.end()) return false;
    pid = found->second.parent;
  }
  return false;
}

struct Disk {
  std::string name;
  std::uint64_t sectors_read = 0, sectors_written = 0, busy_ms = 0;
};

bool is_part_of(const std::string& name, const std::string& whole) {
  return name.size() > whole.size() && name.starts_with(whole) &&
         name.find_first_not_of("0123456789p", whole.size()) == std::string::npos;
}

// Documentation/admin-guide/iostats.rst. Partitions, loops and devices built on others would count twice.
std::vector<Disk> read_disks(const fs::path& proc) {
  std::ifstream file(proc / "diskstats");
  std::vector<Disk> disks;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::uint64_t major = 0, minor = 0, skip = 0;
    Disk disk;
    fields >> major >> minor >> disk.name >> skip >> skip >> disk.sectors_read >> skip >> skip >> skip >> disk.sectors_written >>
        skip >> skip >> disk.busy_ms;
    const auto is_derived = [&](const char* kind) { return disk.name.starts_with(kind); };
    if (!fields || is_derived("loop") || is_derived("ram") || is_derived("zram") || is_derived("dm-") || is_derived("md"))
      continue;
    disks.push_back(std::move(disk));
  }
  std::vector<Disk> whole;
  for (const Disk& disk : disks)
    if (std::ranges::none_of(disks, [&](const Disk& other) { return is_part_of(disk.name, other.name); })) whole.push_back(disk);
  return whole;
}

}  // namespace

Sampler::Sampler(std::vector<Watched> watched, fs::path proc)
    : watched_(std::move(watched)),
      proc_(std::move(proc)),
      ticks_per_s_(static_cast<double>(::sysconf(_SC_CLK_TCK))),
      page_bytes_(static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))) {}

std::optional<pid_t> read_pid_file(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), pid);
  if (error != std::errc() || pid <= 0) return std::nullopt;
  return pid;
}

namespace {

void add_process(ProcessSample& sample, const fs::path& folder, const Stat& stat, bool with_children, double ticks_per_s,
                 std::uint64_t page_bytes) {
  constexpr std::string_view read_key = "read_bytes:";
  constexpr std::string_view written_key = "write_bytes:";
  ++sample.processes;
  sample.threads += stat.threads;
  sample.cpu_s += static_cast<double>(stat.own_ticks + (with_children ? stat.children_ticks : 0)) / ticks_per_s;
  sample.resident_bytes += stat.resident_pages * page_bytes;
  sample.read_bytes += named_number(folder / "io", read_key);
  sample.written_bytes += named_number(folder / "io", written_key);
}

}  // namespace

ProcessSample Sampler::take(const Watched& watched) const {
  ProcessSample sample;
  sample.name = watched.name;
  const pid_t root = watched.pid_file.empty() ? watched.pid : read_pid_file(watched.pid_file).value_or(0);
  if (root <= 0) return sample;
  if (!watched.tree) {
    const fs::path folder = proc_ / std::to_string(root);
    if (const auto stat = read_stat(folder)) add_process(sample, folder, *stat, false, ticks_per_s_, page_bytes_);
    return sample;
  }
  const Stats stats = read_all(proc_);
  for (const auto& [pid, stat] : stats)
    if (descends(pid, root, stats)) add_process(sample, proc_ / std::to_string(pid), stat, true, ticks_per_s_, page_bytes_);
  return sample;
}

HostSample Sampler::take() const {
  HostSample sample;
  std::ifstream stat(proc_ / "stat");
  std::string line;
  while (std::getline(stat, line) && line.starts_with("cpu")) {
    if (line[3] != ' ') {
      ++sample.cores;
      continue;
    }
    std::istringstream fields(line.substr(4));
    std::uint64_t user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, steal = 0;
    fields >> user >> nice >> system >> idle >> waiting >> irq >> softirq >> steal;
    sample.busy_cpu_s = static_cast<double>(user + nice + system + irq + softirq + steal) / ticks_per_s_;
    sample.waiting_cpu_s = static_cast<double>(waiting) / ticks_per_s_;
  }
  constexpr std::uint64_t bytes_per_kib = 1024;
  sample.memory_bytes = named_number(proc_ / "meminfo", "MemTotal:") * bytes_per_kib;
  sample.available_bytes = named_number(proc_ / "meminfo", "MemAvailable:") * bytes_per_kib;
  constexpr std::uint64_t bytes_per_sector = 512;  // of diskstats, whatever the disk's own sectors are
  for (const Disk& disk : read_disks(proc_)) {
    sample.disk_read_bytes += disk.sectors_read * bytes_per_sector;
    sample.disk_written_bytes += disk.sectors_written * bytes_per_sector;
    sample.disk_busy_s += static_cast<double>(disk.busy_ms) / 1e3;
  }
  for (const Watched& watched : watched_) sample.processes.push_back(take(watched));
  return sample;
}

}  // namespace poolcast::ops
