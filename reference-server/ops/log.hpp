// The node's log: one line per event, a sentence for people and named fields for machines. What is counted is a metric, never a
// log line. A SecretText cannot be a field.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "reference-server/secret_text.hpp"

namespace poolcast::ops {

enum class LogLevel : std::uint8_t { debug, info, warning, error };
enum class LogFormat : std::uint8_t { logfmt, json };

// A field's value in its written form, and whether JSON writes it without quotes.
struct LogValue {
  std::string text;
  bool bare = false;

  LogValue(std::string value) : text(std::move(value)) {}               // NOLINT(google-explicit-constructor)
  LogValue(std::string_view value) : text(value) {}                     // NOLINT(google-explicit-constructor)
  LogValue(const char* value) : text(value) {}                          // NOLINT(google-explicit-constructor)
  LogValue(bool value) : text(value ? "true" : "false"), bare(true) {}  // NOLINT(google-explicit-constructor)
  template <std::integral Number>
  LogValue(Number value) : text(std::to_string(value)), bare(true) {}  // NOLINT(google-explicit-constructor)
  LogValue(double value);                                              // NOLINT(google-explicit-constructor)
  template <class Rep, class Period>                                   // in seconds; name the field …_s
  LogValue(std::chrono::duration<Rep, Period> value)                   // NOLINT(google-explicit-constructor)
      : LogValue(std::chrono::duration<double>(value).count()) {}
  LogValue(const SecretText&) = delete;
};
struct LogField {
  std::string_view key;  // [a-z0-9_]+, unit last
  LogValue value;
};
using LogFields = std::initializer_list<LogField>;

struct LogSettings {
  LogFormat format = LogFormat::logfmt;
  LogLevel lowest = LogLevel::info;
  std::string file{};  // empty: standard error, which systemd and containers keep
  // Of one sentence at most this many lines per interval; the next line after it says how many were left out (`left_out`).
  std::uint32_t repeats = 5;
  std::chrono::seconds interval{10};
};

// Any thread may log; lines are written by a thread of the log's own, and all of them before it goes. Control characters of
// values are escaped, so that a line stays a line.
class Log {
public:
  // Throws std::runtime_error naming the file when it cannot be opened.
  explicit Log(const LogSettings& settings);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  // `sentence` is constant and says what happened, without values; it is the key of the limit on repeats.
  void debug(std::string_view sentence, LogFields fields = {});
  void info(std::string_view sentence, LogFields fields = {});
  void warning(std::string_view sentence, LogFields fields = {});
  void error(std::string_view sentence, LogFields fields = {});
  void write(LogLevel level, std::string_view sentence, LogFields fields);

private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace poolcast::ops
