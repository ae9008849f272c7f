#include "reference-server/ops/host_figures.hpp"

#include <algorithm>
#include <utility>

namespace poolcast::ops {

HostFigures::HostFigures(Registry& registry, std::string own) : registry_(registry), own_(std::move(own)) {}

void HostFigures::take(const HostSample& sample, Instant at) {
  const double passed_s = last_ ? std::chrono::duration<double>(at - *last_).count() : 0;
  const double core_s = passed_s * sample.cores;
  last_ = at;
  show("host",
       {.cpu_s = sample.busy_cpu_s,
        .read_bytes = sample.disk_read_bytes,
        .written_bytes = sample.disk_written_bytes,
        .resident_bytes = sample.memory_bytes - std::min(sample.memory_bytes, sample.available_bytes)},
       core_s);
  for (const ProcessSample& process : sample.processes)
    show(process.name == own_ ? "" : process.name,
         {.cpu_s = process.cpu_s,
          .read_bytes = process.read_bytes,
          .written_bytes = process.written_bytes,
          .resident_bytes = process.resident_bytes},
         core_s);
}

void HostFigures::show(const std::string& part, const Totals& totals, double core_s) {
  // What a process that was restarted did before is not taken back: totals that shrink count from there on.
  const auto since = [](std::uint64_t now, std::uint64_t before) { return now > before ? now - before : 0; };
  registry_.gauge(Metric::resident_memory, part).set(static_cast<double>(totals.resident_bytes));
  Counter& read = registry_.counter(Metric::disk_read, part);
  Counter& written = registry_.counter(Metric::disk_written, part);
  Gauge& utilisation = registry_.gauge(Metric::utilisation, part);
  const auto [found, is_new] = before_.try_emplace(part);
  if (!is_new) {
    read.add(since(totals.read_bytes, found->second.read_bytes));
    written.add(since(totals.written_bytes, found->second.written_bytes));
    if (core_s > 0) utilisation.set(std::max(0.0, totals.cpu_s - found->second.cpu_s) / core_s);
  }
  found->second = {totals.cpu_s, totals.read_bytes, totals.written_bytes};
}

}  // namespace poolcast::ops
