#include "reference-server/ops/registry.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <set>

#include "domain/ensure.hpp"

namespace poolcast::ops {

namespace {

constexpr int lowest_bound = -13;  // 2^-13 s is 0.12 ms
constexpr int highest_bound = 6;   // 64 s

std::string_view exposed_unit(Unit unit) {
  switch (unit) {
    case Unit::seconds:
      return "_seconds";
    case Unit::bytes:
      return "_bytes";
    case Unit::share:
      return "_ratio";
    case Unit::user_minutes:
      return "_user_minutes";
    case Unit::users:
    case Unit::requests:
    case Unit::messages:
    case Unit::per_second:
    case Unit::events:
      break;
  }
  return "";
}

// Shortest text that reads back as the same number; whole numbers without an exponent.
void append_number(std::string& out, double value) {
  std::array<char, 40> text{};
  constexpr double exact_integers = 9e15;
  if (std::isfinite(value) && value == std::floor(value) && std::abs(value) < exact_integers)
    std::snprintf(text.data(), text.size(), "%.0f", value);
  else if (std::isnan(value))
    std::snprintf(text.data(), text.size(), "NaN");
  else if (std::isinf(value))
    std::snprintf(text.data(), text.size(), value > 0 ? "+Inf" : "-Inf");
  else
    std::snprintf(text.data(), text.size(), "%.17g", value);
  out += text.data();
}

// The exposition format's escapes: backslash and line feed, and in label values the quote.
void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char character : text) {
    if (character == '\\')
      out += "\\\\";
    else if (character == '\n')
      out += "\\n";
    else if (character == '"' && quotes)
      out += "\\\"";
    else
      out += character;
  }
}

std::string label_text(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (value.empty()) continue;  // an empty label is the same as none
    text += (text.empty() ? "" : ",") + name + "=\"";
    append_escaped(text, value, true);
    text += '"';
  }
  return text;
}

void append_head(std::string& out, const std::string& name, std::string_view help, const char* type) {
  out += "# HELP " + name + " ";
  append_escaped(out, help, false);
  out += "\n# TYPE " + name + " " + type + "\n";
}

void append_line(std::string& out, const std::string& name, const std::string& labels, double value) {
  out += name;
  if (!labels.empty()) out += "{" + labels + "}";
  out += ' ';
  append_number(out, value);
  out += '\n';
}

void append_histogram(std::string& out, const std::string& name, const std::string& labels, const Histogram& histogram) {
  const std::string prefix = labels.empty() ? "" : labels + ",";
  for (int exponent = lowest_bound; exponent <= highest_bound; ++exponent) {
    const double bound = std::ldexp(1.0, exponent);
    std::string le = prefix + "le=\"";
    append_number(le, bound);
    le += '"';
    append_line(out, name + "_bucket", le, static_cast<double>(histogram.count() - histogram.count_above(bound)));
  }
  append_line(out, name + "_bucket", prefix + "le=\"+Inf\"", static_cast<double>(histogram.count()));
  append_line(out, name + "_sum", labels, histogram.sum());
  append_line(out, name + "_count", labels, static_cast<double>(histogram.count()));
}

Labels labels_of(const Place& here, const std::string& part) {
  return {{"site", here.site}, {"pool", here.pool}, {"node", here.node}, {"part", part}};
}

}  // namespace

Registry::Registry(Place here) : here_(std::move(here)) {}

template <class Value>
Value& Registry::find_or_add(std::deque<Entry<Value>>& entries, Metric metric, const std::string& part) {
  for (Entry<Value>& entry : entries)
    if (entry.metric == metric && entry.part == part) return entry.value;
  Entry<Value>& entry = entries.emplace_back();
  entry.metric = metric;
  entry.part = part;
  return entry.value;
}

Counter& Registry::counter(Metric metric, const std::string& part) {
  ensure(row_of(metric).kind == MetricKind::count, "a counter of a metric that is none");
  return find_or_add(counters_, metric, part);
}

SharedCounter& Registry::shared_counter(Metric metric, const std::string& part) {
  ensure(row_of(metric).kind == MetricKind::count, "a counter of a metric that is none");
  return find_or_add(shared_counters_, metric, part);
}

Gauge& Registry::gauge(Metric metric, const std::string& part) {
  ensure(row_of(metric).kind == MetricKind::level || row_of(metric).kind == MetricKind::once, "a gauge of a metric that is none");
  return find_or_add(gauges_, metric, part);
}

Histogram& Registry::latencies(Metric metric, const std::string& part) {
  ensure(row_of(metric).kind == MetricKind::latency, "latencies of a metric that is none");
  return find_or_add(latencies_, metric, part);
}

void Registry::computed(std::string name, std::string help, Labels labels, std::function<double()> value) {
  computed_.push_back({std::move(name), std::move(help), std::move(labels), std::move(value)});
}

std::string Registry::exposed_name(Metric metric) {
  const MetricRow& row = row_of(metric);
  std::string name = "poolcast_" + std::string(row.name);
  const std::string_view unit = exposed_unit(row.unit);
  if (!name.ends_with(unit)) name += unit;
  if (row.kind == MetricKind::count) name += "_total";
  return name;
}

std::string Registry::exposition() const {
  std::string out;
  for (const MetricRow& row : metric_table) {
    const std::string name = exposed_name(row.metric);
    const std::size_t before = out.size();
    const auto begin = [&](const char* type) {
      if (out.size() == before) append_head(out, name, row.meaning, type);
    };
    each_counter([&](Metric metric, const std::string& part, std::uint64_t value) {
      if (metric != row.metric) return;
      begin("counter");
      append_line(out, name, label_text(labels_of(here_, part)), static_cast<double>(value));
    });
    each_gauge([&](Metric metric, const std::string& part, double value) {
      if (metric != row.metric) return;
      begin("gauge");
      append_line(out, name, label_text(labels_of(here_, part)), value);
    });
    for (const Entry<Histogram>& entry : latencies_) {
      if (entry.metric != row.metric) continue;
      begin("histogram");
      append_histogram(out, name, label_text(labels_of(here_, entry.part)), entry.value);
    }
  }
  std::set<std::string> done;
  for (const Computed& first : computed_) {
    if (!done.insert(first.name).second) continue;
    append_head(out, "poolcast_" + first.name, first.help, first.name.ends_with("_total") ? "counter" : "gauge");
    for (const Computed& one : computed_)
      if (one.name == first.name) append_line(out, "poolcast_" + one.name, label_text(one.labels), one.value());
  }
  return out;
}

void Registry::each_counter(const std::function<void(Metric, const std::string&, std::uint64_t)>& visit) const {
  for (const Entry<Counter>& entry : counters_) visit(entry.metric, entry.part, entry.value.value);
  for (const Entry<SharedCounter>& entry : shared_counters_)
    visit(entry.metric, entry.part, entry.value.value.load(std::memory_order_relaxed));
}

void Registry::each_gauge(const std::function<void(Metric, const std::string&, double)>& visit) const {
  for (const Entry<Gauge>& entry : gauges_) visit(entry.metric, entry.part, entry.value.value);
}

}  // namespace poolcast::ops
