#include "sim/result_codec.hpp"

#include <cstring>
#include <stdexcept>
#include <type_traits>

namespace poolcast::sim {

namespace {

class Writer {
public:
  template <class Value>
  void put(Value value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(const std::string& text) {
    put(std::uint64_t{text.size()});
    bytes_ += text;
  }
  template <class Value>
  void put(const std::vector<Value>& values) {
    put(std::uint64_t{values.size()});
    for (const Value& value : values) put(value);
  }
  void put(const Place& place) {
    put(place.site);
    put(place.pool);
    put(place.node);
    put(place.part);
  }
  void put(const Histogram& histogram) {
    const auto buckets = histogram.buckets();
    put(std::uint64_t{buckets.size()});
    for (const auto& [bucket, times] : buckets) {
      put(bucket);
      put(times);
    }
    put(histogram.sum());
    put(histogram.max());
  }
  void put(const Window& window) {
    put(window.count);
    put(window.mean);
    put(window.max);
    put(window.histogram);
  }
  void put(const LogbookEntry& entry) {
    put(entry.begins.count());
    put(entry.ends.count());
    put(entry.kind);
    for (const std::string* text : {&entry.what, &entry.runbook, &entry.who, &entry.why}) put(*text);
  }
  void put(const Series& series) {
    put(series.metric);
    put(series.place);
    put(series.windows);
    put(series.values);
    put(series.value_names);
  }
  std::string take() && { return std::move(bytes_); }

private:
  std::string bytes_;
};

class Reader {
public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class Value>
  void get(Value& value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    const std::string_view bytes = take(sizeof value);
    std::memcpy(&value, bytes.data(), bytes.size());
  }
  void get(std::string& text) { text = take(size(1)); }
  template <class Value>
  void get(std::vector<Value>& values) {
    values.resize(size(sizeof(std::uint64_t)));  // every element has at least a number or a length
    for (Value& value : values) get(value);
  }
  void get(Place& place) {
    get(place.site);
    get(place.pool);
    get(place.node);
    get(place.part);
  }
  void get(Histogram& histogram) {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> buckets(size(sizeof(std::uint32_t) + sizeof(std::uint64_t)));
    for (auto& [bucket, times] : buckets) {
      get(bucket);
      get(times);
    }
    double sum = 0, max = 0;
    get(sum);
    get(max);
    histogram = Histogram::from_buckets(buckets, sum, max);
  }
  void get(Window& window) {
    get(window.count);
    get(window.mean);
    get(window.max);
    get(window.histogram);
  }
  void get(LogbookEntry& entry) {
    double begins = 0, ends = 0;
    get(begins);
    get(ends);
    entry.begins = Seconds{begins};
    entry.ends = Seconds{ends};
    get(entry.kind);
    if (static_cast<std::size_t>(entry.kind) >= EnumNames<EntryKind>::names.size())
      throw std::runtime_error("result: unknown kind of entry");
    for (std::string* text : {&entry.what, &entry.runbook, &entry.who, &entry.why}) get(*text);
  }
  void get(Series& series) {
    get(series.metric);
    if (static_cast<std::size_t>(series.metric) >= metric_table.size()) throw std::runtime_error("result: unknown metric");
    get(series.place);
    get(series.windows);
    get(series.values);
    get(series.value_names);
    if (series.values.size() != series.value_names.size()) throw std::runtime_error("result: values without names");
  }
  bool at_end() const { return bytes_.empty(); }

private:
  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) throw std::runtime_error("result: ends early");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  // A length, refused before anything is allocated for it when the bytes that follow cannot hold as many.
  std::size_t size(std::size_t least_bytes_each) {
    std::uint64_t count = 0;
    get(count);
    if (count > bytes_.size() / least_bytes_each) throw std::runtime_error("result: a length beyond the end");
    return count;
  }
  std::string_view bytes_;
};

// The members in one order for both directions.
template <class Result, class Visit>
void each_member(Result& result, Visit visit) {
  visit(result.replication);
  visit(result.horizon);
  visit(result.window);
  visit(result.series);
  visit(result.logbook);
  visit(result.events);
  visit(result.event_names);
  visit(result.event_counts);
  visit(result.peak_memory_bytes);
}

}  // namespace

std::string encode(const ReplicationResult& result) {
  Writer writer;
  each_member(result, [&writer](const auto& member) { writer.put(member); });
  return std::move(writer).take();
}

ReplicationResult decode(std::string_view bytes) {
  Reader reader(bytes);
  ReplicationResult result;
  try {
    each_member(result, [&reader](auto& member) { reader.get(member); });
  } catch (const std::invalid_argument& error) {  // of a histogram
    throw std::runtime_error(std::string("result: ") + error.what());
  }
  if (!reader.at_end()) throw std::runtime_error("result: bytes after its end");
  for (const Series& series : result.series)
    if (!series.windows.empty() && series.windows.size() != result.series.front().windows.size() &&
        !result.series.front().windows.empty())
      throw std::runtime_error("result: series of different length");
  return result;
}

}  // namespace poolcast::sim
