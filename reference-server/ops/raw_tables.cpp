#include "reference-server/ops/raw_tables.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

namespace poolcast::ops {

namespace fs = std::filesystem;

namespace {

struct TableFile {
  const char* name;
  const char* header;
};
constexpr std::array<TableFile, 6> table_files{
    TableFile{"operations.csv", "t_s,command,ending,inbound_wait_s,service_s,store_s,cpu_s\n"},
    TableFile{"commits.csv",
              "t_s,posts,duplicates,events,queue_wait_mean_s,queue_wait_max_s,statements_s,flush_s,mirror_s,committed,cpu_s\n"},
    TableFile{"reads.csv", "t_s,operation,queue_wait_s,worked_s,queue,cpu_s\n"},
    TableFile{"fan_outs.csv", "t_s,recipients,bytes,took_s,cpu_s\n"},
    TableFile{"processes.csv", "t_s,process,processes,threads,cpu_s,resident_bytes,read_bytes,written_bytes\n"},
    TableFile{
        "host.csv",
        "t_s,cores,busy_cpu_s,waiting_cpu_s,memory_bytes,available_bytes,disk_read_bytes,disk_written_bytes,disk_busy_s\n"}};

void append(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

// Seconds with nine decimals from whole nanoseconds: exact, and several times faster than a double.
void append(std::string& out, Nanoseconds time) {
  constexpr std::int64_t per_second = 1'000'000'000;
  std::int64_t count = time.count();
  if (count < 0) {
    out += '-';
    count = -count;
  }
  append(out, static_cast<std::uint64_t>(count / per_second));
  std::array<char, 10> fraction{'.', '0', '0', '0', '0', '0', '0', '0', '0', '0'};
  std::int64_t rest = count % per_second;
  for (std::size_t place = fraction.size() - 1; rest != 0; --place, rest /= 10)
    fraction.at(place) = static_cast<char>('0' + rest % 10);
  out.append(fraction.data(), fraction.size());
}

void append_seconds(std::string& out, double seconds) {
  append(out, std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds)));
}

template <class... Values>
void append_after_comma(std::string& out, const Values&... values) {
  ((out += ',', append(out, values)), ...);
}

void append_if_measured(std::string& out, Nanoseconds time) {
  out += ',';
  if (time != not_measured) append(out, time);
}

std::uint64_t wide(std::uint32_t number) { return number; }

}  // namespace

void append_operations(std::string& out, const std::vector<OperationRecord>& records, Instant start) {
  for (const OperationRecord& record : records) {
    append(out, record.arrived - start);
    out += ',';
    out += command_names.at(static_cast<std::size_t>(record.command));
    out += ',';
    out += ending_names.at(static_cast<std::size_t>(record.ending));
    append_after_comma(out, record.inbound_wait, record.service, record.store);
    append_if_measured(out, record.cpu);
    out += '\n';
  }
}

void append_commits(std::string& out, const std::vector<CommitRecord>& records, Instant start) {
  for (const CommitRecord& record : records) {
    append(out, record.began - start);
    append_after_comma(out, wide(record.posts), wide(record.duplicates), wide(record.events), record.queue_wait_mean,
                       record.queue_wait_max, record.statements, record.flush);
    append_if_measured(out, record.mirror);
    out += record.committed ? ",true" : ",false";
    append_if_measured(out, record.cpu);
    out += '\n';
  }
}

void append_reads(std::string& out, const std::vector<ReadRecord>& records, Instant start) {
  for (const ReadRecord& record : records) {
    append(out, record.began - start);
    out += ',';
    out += record.operation;
    append_after_comma(out, record.queue_wait, record.worked);
    out += ',';
    out += record.queue;
    append_if_measured(out, record.cpu);
    out += '\n';
  }
}

void append_fan_outs(std::string& out, const std::vector<FanOutRecord>& records, Instant start) {
  for (const FanOutRecord& record : records) {
    append(out, record.began - start);
    append_after_comma(out, wide(record.recipients), wide(record.bytes), record.took);
    append_if_measured(out, record.cpu);
    out += '\n';
  }
}

void append_processes(std::string& out, const std::vector<TimedSample>& samples, Instant start) {
  for (const TimedSample& sample : samples)
    for (const ProcessSample& process : sample.sample.processes) {
      append(out, sample.at - start);
      out += ',' + process.name;
      append_after_comma(out, wide(process.processes), wide(process.threads));
      out += ',';
      append_seconds(out, process.cpu_s);
      append_after_comma(out, process.resident_bytes, process.read_bytes, process.written_bytes);
      out += '\n';
    }
}

void append_host(std::string& out, const std::vector<TimedSample>& samples, Instant start) {
  for (const auto& [at, sample] : samples) {
    append(out, at - start);
    append_after_comma(out, wide(sample.cores));
    out += ',';
    append_seconds(out, sample.busy_cpu_s);
    out += ',';
    append_seconds(out, sample.waiting_cpu_s);
    append_after_comma(out, sample.memory_bytes, sample.available_bytes, sample.disk_read_bytes, sample.disk_written_bytes);
    out += ',';
    append_seconds(out, sample.disk_busy_s);
    out += '\n';
  }
}

RawTables::RawTables(const fs::path& folder, Instant start) : folder_(folder), start_(start) {
  fs::create_directories(folder);
  for (std::size_t table = 0; table < table_count; ++table) {
    const fs::path path = folder / table_files.at(table).name;
    files_[table].reset(std::fopen(path.c_str(), "wb"));
    if (!files_[table]) throw fs::filesystem_error("cannot write", path, std::error_code(errno, std::generic_category()));
    write(static_cast<Table>(table), table_files.at(table).header);
  }
  thread_ = std::thread([this] { run(); });
}

RawTables::~RawTables() { finish(); }

void RawTables::hand_over(RawRecords records) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_ += records.size();
    handed_over_.push_back(std::move(records));
  }
  changed_.notify_one();
}

std::size_t RawTables::waiting() const {
  const std::scoped_lock lock(mutex_);
  return waiting_;
}

std::optional<std::string> RawTables::trouble() const {
  const std::scoped_lock lock(mutex_);
  return trouble_;
}

void RawTables::finish() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  for (File& file : files_) file.reset();
}

void RawTables::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ends_ || !handed_over_.empty(); });
    if (handed_over_.empty()) return;
    const std::vector<RawRecords> taken = std::exchange(handed_over_, {});
    lock.unlock();
    std::size_t written = 0;
    for (const RawRecords& records : taken) {
      write(records);
      written += records.size();
    }
    lock.lock();
    waiting_ -= written;
  }
}

void RawTables::write(const RawRecords& records) {
  std::array<std::string, table_count> texts;
  append_operations(texts[operations], records.operations, start_);
  append_commits(texts[commits], records.commits, start_);
  append_reads(texts[reads], records.reads, start_);
  append_fan_outs(texts[fan_outs], records.fan_outs, start_);
  append_processes(texts[processes], records.samples, start_);
  append_host(texts[host], records.samples, start_);
  for (std::size_t table = 0; table < table_count; ++table) write(static_cast<Table>(table), texts.at(table));
}

void RawTables::write(Table table, const std::string& text) {
  if (text.empty()) return;
  if (std::fwrite(text.data(), 1, text.size(), files_[table].get()) == text.size() && std::fflush(files_[table].get()) == 0)
    return;
  const std::scoped_lock lock(mutex_);
  if (!trouble_) trouble_ = (folder_ / table_files.at(table).name).string() + ": cannot be written: " + std::strerror(errno);
}

}  // namespace poolcast::ops
