#include "reference-server/proto/utc_time.hpp"

#include <algorithm>
#include <cstdint>

#include "domain/ensure.hpp"

namespace poolcast::proto {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

// A date without a zone cannot be moved out of the years 0 to 9999 by a zone of at most 14 hours and then be written: those are
// refused when they are read.
bool writable(UtcTime time) {
  using namespace std::chrono_literals;
  return time >= std::chrono::sys_days{0y / 1 / 1} && time < std::chrono::sys_days{10000y / 1 / 1};
}

void append_padded(std::string& out, std::int64_t number, int width) {
  std::int64_t unit = 1;
  for (int i = 1; i < width; ++i) unit *= 10;
  for (; unit > 0; unit /= 10) out += static_cast<char>('0' + number / unit % 10);
}

// Takes fixed-width numbers and separators off the front.
struct Reader {
  std::string_view rest;
  bool failed = false;

  int number(std::size_t width) {
    if (rest.size() < width) failed = true;
    int value = 0;
    for (std::size_t i = 0; i < width && !failed; ++i) {
      if (rest[i] < '0' || rest[i] > '9') failed = true;
      value = value * 10 + (rest[i] - '0');
    }
    if (!failed) rest.remove_prefix(width);
    return value;
  }
  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) failed = true;
  }
};

milliseconds read_fraction(Reader& reader) {
  if (!reader.take('.')) return milliseconds{0};
  int value = 0;
  int digits = 0;
  for (; !reader.rest.empty() && reader.rest.front() >= '0' && reader.rest.front() <= '9'; reader.rest.remove_prefix(1), ++digits)
    if (digits < 3) value = value * 10 + (reader.rest.front() - '0');
  if (digits == 0) reader.failed = true;
  for (; digits < 3; ++digits) value *= 10;
  return milliseconds{value};
}

std::chrono::minutes read_zone(Reader& reader) {
  if (reader.rest.empty() || reader.take('Z')) return std::chrono::minutes{0};
  const int sign = reader.take('-') ? -1 : 1;
  if (sign == 1) reader.expect('+');
  const int hours = reader.number(2);
  reader.expect(':');
  const int minutes = reader.number(2);
  // UTC+14 is the largest zone there is.
  if (hours > 14 || minutes > 59) reader.failed = true;
  return sign * (std::chrono::hours{hours} + std::chrono::minutes{minutes});
}

}  // namespace

void append_utc_time(std::string& out, UtcTime time) {
  ensure(writable(time), "a time outside the years 0 to 9999");
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::int64_t within = (time - day).count();
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_padded(out, within / 3'600'000, 2);
  out += ':';
  append_padded(out, within / 60'000 % 60, 2);
  out += ':';
  append_padded(out, within / 1000 % 60, 2);
  out += '.';
  append_padded(out, within % 1000, 3);
  out += "0000Z";
}

std::string to_string(UtcTime time) {
  std::string text;
  append_utc_time(text, time);
  return text;
}

std::optional<UtcTime> parse_utc_time(std::string_view text) {
  Reader reader{text};
  const std::chrono::year year{reader.number(4)};
  reader.expect('-');
  const std::chrono::month month{static_cast<unsigned>(reader.number(2))};
  reader.expect('-');
  const std::chrono::day day{static_cast<unsigned>(reader.number(2))};
  reader.expect('T');
  const int hours = reader.number(2);
  reader.expect(':');
  const int minutes = reader.number(2);
  reader.expect(':');
  const int seconds = reader.number(2);
  const milliseconds fraction = read_fraction(reader);
  const std::chrono::minutes zone = read_zone(reader);
  const std::chrono::year_month_day date{year, month, day};
  if (reader.failed || !reader.rest.empty() || !date.ok() || hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
  const UtcTime time = std::chrono::sys_days{date} + std::chrono::hours{hours} + std::chrono::minutes{minutes} +
                       std::chrono::seconds{seconds} + fraction - zone;
  if (!writable(time)) return std::nullopt;
  return time;
}

}  // namespace poolcast::proto
