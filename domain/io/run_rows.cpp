#include "domain/io/run_rows.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace poolcast::io {

namespace {

// Calls visit(name, value) for each column: a string_view, a bool, a double or an optional<double>.
template <class Visit>
void each_column(const ReportRow& row, Visit visit) {
  using Number = std::optional<double>;
  const auto value = [](const std::optional<Figure>& figure) { return figure ? Number(figure->value) : std::nullopt; };
  const auto low = [](const std::optional<Figure>& figure) { return figure ? figure->low : std::nullopt; };
  const auto high = [](const std::optional<Figure>& figure) { return figure ? figure->high : std::nullopt; };
  const MetricRow& metric = row_of(row.metric);
  visit("metric", metric.name);
  visit("unit", unit_name(metric.unit));
  visit("site", std::string_view(row.place.site));
  visit("pool", std::string_view(row.place.pool));
  visit("node", std::string_view(row.place.node));
  visit("part", std::string_view(row.place.part));
  visit("window_start_s", row.window_start.count());
  visit("window_s", row.window.count());
  visit("whole_run", row.whole_run);
  visit("count", value(row.count));
  visit("mean", value(row.mean));
  visit("p50", value(row.p50));
  visit("p95", value(row.p95));
  visit("p99", value(row.p99));
  visit("p99_9", value(row.p99_9));
  visit("max", value(row.max));
  visit("mean_low", low(row.mean));
  visit("mean_high", high(row.mean));
  visit("p95_low", low(row.p95));
  visit("p95_high", high(row.p95));
  visit("p50_low", low(row.p50));
  visit("p50_high", high(row.p50));
  visit("p99_low", low(row.p99));
  visit("p99_high", high(row.p99));
  visit("max_low", low(row.max));
  visit("max_high", high(row.max));
  visit("count_low", low(row.count));
  visit("count_high", high(row.count));
  visit("p99_9_low", low(row.p99_9));
  visit("p99_9_high", high(row.p99_9));
}

// The fields of one line of CSV (RFC 4180).
class Line {
public:
  explicit Line(std::string& text) : text_(text) {}
  void put(std::string_view field) {
    begin_field();
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
      text_ += field;
      return;
    }
    text_ += '"';
    for (const char character : field) text_.append(character == '"' ? 2 : 1, character);
    text_ += '"';
  }
  void put(bool field) {
    begin_field();
    text_ += field ? "true" : "false";
  }
  void put(double field) {
    begin_field();
    if (!std::isfinite(field)) return;
    std::array<char, 32> digits{};  // the shortest that reads back as the same double has at most 24 characters
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), field);
    text_.append(digits.data(), end.ptr);
  }
  void put(const std::optional<double>& field) { put(field.value_or(NAN)); }
  void end() { text_ += '\n'; }

private:
  void begin_field() {
    if (!first_) text_ += ',';
    first_ = false;
  }
  std::string& text_;
  bool first_ = true;
};

Json field_json(std::string_view text) { return text; }
Json field_json(bool value) { return value; }
Json field_json(double value) { return value; }
Json field_json(const std::optional<double>& value) { return optional_json(value); }

}  // namespace

Json optional_json(const std::optional<double>& value) { return value && std::isfinite(*value) ? Json(*value) : Json(nullptr); }

Json row_json(const ReportRow& row) {
  Json::object_t object;
  object.reserve(30);
  // Keys of one row are known to differ: no look-up.
  each_column(row, [&object](const char* name, const auto& value) { object.Container::emplace_back(name, field_json(value)); });
  return object;
}

std::string rows_csv(const std::vector<ReportRow>& rows) {
  std::string text;
  Line header(text);
  each_column(ReportRow{}, [&header](const char* name, const auto&) { header.put(std::string_view(name)); });
  header.end();
  for (const ReportRow& row : rows) {
    Line line(text);
    each_column(row, [&line](const char*, const auto& value) { line.put(value); });
    line.end();
  }
  return text;
}

}  // namespace poolcast::io
