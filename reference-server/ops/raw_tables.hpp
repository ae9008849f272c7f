// The raw tables of a run's measurements/: CSV, RFC 4180, seconds with nine decimals. Written by a thread of its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "reference-server/ops/records.hpp"
#include "reference-server/ops/sampler.hpp"

namespace poolcast::ops {

struct TimedSample {
  Instant at;
  HostSample sample;
};

// What was recorded between two ticks.
struct RawRecords {
  std::vector<OperationRecord> operations;
  std::vector<CommitRecord> commits;
  std::vector<ReadRecord> reads;
  std::vector<FanOutRecord> fan_outs;
  std::vector<TimedSample> samples;
  std::size_t size() const { return operations.size() + commits.size() + reads.size() + fan_outs.size(); }
};

// The tables' lines, without the file: `start` is t = 0.
void append_operations(std::string& out, const std::vector<OperationRecord>& records, Instant start);
void append_commits(std::string& out, const std::vector<CommitRecord>& records, Instant start);
void append_reads(std::string& out, const std::vector<ReadRecord>& records, Instant start);
void append_fan_outs(std::string& out, const std::vector<FanOutRecord>& records, Instant start);
void append_processes(std::string& out, const std::vector<TimedSample>& samples, Instant start);
void append_host(std::string& out, const std::vector<TimedSample>& samples, Instant start);

class RawTables {
public:
  // Makes the folder, and the tables with their header lines. Throws std::filesystem::filesystem_error.
  RawTables(const std::filesystem::path& folder, Instant start);
  RawTables(const RawTables&) = delete;
  RawTables& operator=(const RawTables&) = delete;
  ~RawTables();  // writes what was handed over

  void hand_over(RawRecords records);
  std::size_t waiting() const;  // records handed over and not yet written
  std::optional<std::string> trouble() const;
  void finish();  // writes what was handed over and closes the tables

private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;
  enum Table { operations, commits, reads, fan_outs, processes, host, table_count };

  void run();
  void write(const RawRecords& records);
  void write(Table table, const std::string& text);

  std::filesystem::path folder_;
  Instant start_;
  File files_[table_count];  // of the writing thread
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RawRecords> handed_over_;
  std::size_t waiting_ = 0;
  bool ends_ = false;
  std::optional<std::string> trouble_;
  std::thread thread_;
};

}  // namespace poolcast::ops
