#include "reference-server/ops/sampler.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "reference-server/ops/host_figures.hpp"
#include "tests/reference-server/net/scratch_folder.hpp"

namespace poolcast::ops {
namespace {

using testing::DoubleEq;
using tests::ScratchFolder;

// A /proc with two processors, one disk with a partition, and processes: 10 is the parent of 11, which is that of 12.
class FakeProc {
public:
  FakeProc() {
    (void)folder_.write("stat",
                        "cpu  100 10 50 1000 20 5 5 10 7 0\n"
                        "cpu0 50 5 25 500 10 2 3 5 3 0\n"
                        "cpu1 50 5 25 500 10 3 2 5 4 0\n"
                        "intr 1\n");
    (void)folder_.write("meminfo", "MemTotal:        2048 kB\nMemFree:  1 kB\nMemAvailable:    512 kB\n");
    (void)folder_.write("diskstats",
                        "   8       0 sda 1 2 10 3 4 5 20 6 0 1500 8 0\n"
                        "   8       1 sda1 1 2 10 3 4 5 20 6 0 1500 8 0\n"
                        " 259       0 nvme0n1 1 2 100 3 4 5 200 6 0 500 8 0\n"
                        " 259       1 nvme0n1p1 1 2 100 3 4 5 200 6 0 500 8 0\n"
                        "   7       0 loop0 1 2 1000 3 4 5 0 6 0 7 8 0\n"
                        " 254       0 dm-0 1 2 1000 3 4 5 0 6 0 7 8 0\n");
    add_process("10", "postgres", "1", 100, 50);
    add_process("11", "odd) name (", "10", 200, 0);
    add_process("12", "postgres", "11", 300, 0);
    add_process("20", "other", "1", 1000, 0);
  }

  const std::filesystem::path& path() const { return folder_.path(); }

private:
  void add_process(const std::string& pid, const std::string& name, const std::string& parent, int ticks, int children_ticks) {
    std::filesystem::create_directory(folder_.path() / pid);
    (void)folder_.write(pid + "/stat", pid + " (" + name + ") S " + parent + " 1 1 0 -1 4194304 1 2 3 4 " +
                                           std::to_string(ticks) + " 10 " + std::to_string(children_ticks) +
                                           " 0 20 0 3 0 100 1000000 25 1 1 1\n");
    (void)folder_.write(pid + "/io", "rchar: 9\nread_bytes: 1000\nwrite_bytes: 2000\ncancelled_write_bytes: 7\n");
  }

  ScratchFolder folder_;
};

const double ticks_per_s = static_cast<double>(::sysconf(_SC_CLK_TCK));
const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));

TEST(Sampler, reads_the_machine) {
  const FakeProc proc;
  const HostSample sample = Sampler({}, proc.path()).take();
  EXPECT_EQ(sample.cores, 2U);
  EXPECT_THAT(sample.busy_cpu_s, DoubleEq(180 / ticks_per_s)) << "guests are in user time already";
  EXPECT_THAT(sample.waiting_cpu_s, DoubleEq(20 / ticks_per_s));
  EXPECT_EQ(sample.memory_bytes, 2048U * 1024);
  EXPECT_EQ(sample.available_bytes, 512U * 1024);
}

TEST(Sampler, counts_each_disk_once) {
  const FakeProc proc;
  const HostSample sample = Sampler({}, proc.path()).take();
  EXPECT_EQ(sample.disk_read_bytes, (10U + 100) * 512);
  EXPECT_EQ(sample.disk_written_bytes, (20U + 200) * 512);
  EXPECT_THAT(sample.disk_busy_s, DoubleEq(2));
}

TEST(Sampler, reads_one_process_or_all_that_descend_from_it) {
  const FakeProc proc;
  const HostSample sample = Sampler({{"one", 10, false}, {"tree", 10, true}, {"gone", 99, false}}, proc.path()).take();
  ASSERT_EQ(sample.processes.size(), 3U);
  EXPECT_EQ(sample.processes[0].processes, 1U);
  EXPECT_THAT(sample.processes[0].cpu_s, DoubleEq(110 / ticks_per_s));
  EXPECT_EQ(sample.processes[0].resident_bytes, 25 * page);
  EXPECT_EQ(sample.processes[0].threads, 3U);
  EXPECT_EQ(sample.processes[1].processes, 3U);
  EXPECT_THAT(sample.processes[1].cpu_s, DoubleEq((110 + 50 + 210 + 310) / ticks_per_s)) << "ended children included";
  EXPECT_EQ(sample.processes[1].read_bytes, 3000U);
  EXPECT_EQ(sample.processes[1].written_bytes, 6000U);
  EXPECT_EQ(sample.processes[2].processes, 0U);
}

TEST(Sampler, finds_a_process_by_its_pid_file_again_after_it_was_restarted) {
  const FakeProc proc;
  const ScratchFolder folder;
  (void)folder.write("postmaster.pid", "12\n/var/lib\n");
  const Sampler sampler({{.name = "database", .tree = true, .pid_file = folder.path() / "postmaster.pid"}}, proc.path());
  EXPECT_EQ(sampler.take().processes.at(0).processes, 1U);
  (void)folder.write("postmaster.pid", "10\n/var/lib\n");
  EXPECT_EQ(sampler.take().processes.at(0).processes, 3U);
  std::filesystem::remove(folder.path() / "postmaster.pid");
  EXPECT_EQ(sampler.take().processes.at(0).processes, 0U);
  (void)folder.write("other", "no number\n");
  EXPECT_FALSE(read_pid_file(folder.path() / "other"));
}

TEST(Sampler, finds_this_process_in_the_real_proc) {
  const HostSample sample = Sampler({{"server", ::getpid(), false}}).take();
  EXPECT_GE(sample.cores, 1U);
  EXPECT_GT(sample.busy_cpu_s, 0);
  EXPECT_GT(sample.memory_bytes, sample.available_bytes);
  EXPECT_EQ(sample.processes.at(0).processes, 1U);
  EXPECT_GT(sample.processes[0].resident_bytes, 0U);
}

HostSample sample_of(double host_cpu_s, double own_cpu_s, std::uint64_t written) {
  HostSample sample;
  sample.cores = 2;
  sample.busy_cpu_s = host_cpu_s;
  sample.memory_bytes = 100;
  sample.available_bytes = 40;
  sample.processes = {{.name = "server", .cpu_s = own_cpu_s, .resident_bytes = 7, .written_bytes = written, .processes = 1}};
  return sample;
}

TEST(HostFigures, are_shares_and_differences_of_the_time_between_two_samples) {
  Registry registry(Place{.node = "chat-1"});
  HostFigures figures(registry, "server");
  const Instant start{};
  figures.take(sample_of(1000, 500, 10'000), start);
  EXPECT_EQ(registry.gauge(Metric::utilisation).value, 0) << "what was before the first sample is not of this run";
  EXPECT_EQ(registry.counter(Metric::disk_written).value, 0U);
  figures.take(sample_of(1002, 501, 10'100), start + std::chrono::seconds{2});
  EXPECT_EQ(registry.gauge(Metric::utilisation, "host").value, 0.5);
  EXPECT_EQ(registry.gauge(Metric::utilisation).value, 0.25);
  EXPECT_EQ(registry.counter(Metric::disk_written).value, 100U);
  EXPECT_EQ(registry.gauge(Metric::resident_memory).value, 7);
  EXPECT_EQ(registry.gauge(Metric::resident_memory, "host").value, 60);
}

TEST(HostFigures, do_not_go_back_when_a_process_is_started_anew) {
  Registry registry(Place{.node = "chat-1"});
  HostFigures figures(registry, "server");
  const Instant start{};
  figures.take(sample_of(1000, 500, 10'000), start);
  figures.take(sample_of(1001, 1, 50), start + std::chrono::seconds{1});
  EXPECT_EQ(registry.gauge(Metric::utilisation).value, 0);
  figures.take(sample_of(1002, 2, 60), start + std::chrono::seconds{2});
  EXPECT_EQ(registry.gauge(Metric::utilisation).value, 0.5);
  EXPECT_EQ(registry.counter(Metric::disk_written).value, 10U);
}

}  // namespace
}  // namespace poolcast::ops
