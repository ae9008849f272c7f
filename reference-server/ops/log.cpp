#include "reference-server/ops/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <cstdio>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

namespace poolcast::ops {

namespace {

// In JSON's quotes. Control characters are escaped, also those that JSON lets pass but a terminal obeys (DEL, U+0080 to U+009F).
std::string in_quotes(std::string_view text) {
  const std::string json = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    const auto next = i + 1 < json.size() ? static_cast<unsigned char>(json[i + 1]) : 0U;
    std::array<char, 8> escape{};
    if (byte == 0x7F || (byte == 0xC2 && next < 0xA0)) {
      std::snprintf(escape.data(), escape.size(), "\\u%04x", byte == 0x7F ? byte : next);
      out += escape.data();
      if (byte == 0xC2) ++i;
    } else {
      out += json[i];
    }
  }
  return out;
}

bool needs_quotes(std::string_view text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@+,;*()[]{}<>%&#!?$~^|";
  return text.empty() || text.find_first_not_of(plain) != std::string_view::npos;
}

void append_field(std::string& line, LogFormat format, std::string_view key, const LogValue& value) {
  if (format == LogFormat::json) {
    line += ",\"";
    line += key;
    line += "\":";
    line += value.bare ? value.text : in_quotes(value.text);
    return;
  }
  line += ' ';
  line += key;
  line += '=';
  line += value.bare || !needs_quotes(value.text) ? value.text : in_quotes(value.text);
}

std::string line_of(LogFormat format, std::string_view sentence, LogFields fields, std::uint64_t left_out) {
  std::string line = (format == LogFormat::json ? "\"message\":" : "message=") + in_quotes(sentence);
  for (const LogField& field : fields) append_field(line, format, field.key, field.value);
  if (left_out > 0) append_field(line, format, "left_out", left_out);
  if (format == LogFormat::json) line += '}';
  return line;
}

spdlog::level::level_enum level_of(LogLevel level) {
  constexpr std::array levels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};
  return levels.at(static_cast<std::size_t>(level));
}

constexpr const char* pattern_of(LogFormat format) {
  return format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)"
                                   : "time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v";
}

}  // namespace

LogValue::LogValue(double value) : bare(true) {
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%.6g", value);
  text = digits.data();
  if (text.find_first_not_of("0123456789+-.e") != std::string::npos) bare = false;  // nan and inf are no numbers of JSON
}

class Log::Impl {
public:
  explicit Impl(const LogSettings& settings) : settings_(settings) {
    // Lines go out on a thread of spdlog's: a full pipe or a slow disk must not hold up the chat. When the queue is full the
    // oldest lines are dropped.
    constexpr std::size_t queue_lines = 8192;
    pool_ = std::make_shared<spdlog::details::thread_pool>(queue_lines, 1);
    spdlog::sink_ptr sink;
    if (settings.file.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(settings.file);
    }
    logger_ =
        std::make_shared<spdlog::async_logger>("poolcast", std::move(sink), pool_, spdlog::async_overflow_policy::overrun_oldest);
    logger_->set_level(level_of(settings.lowest));
    logger_->flush_on(spdlog::level::info);
    logger_->set_pattern(pattern_of(settings.format), spdlog::pattern_time_type::utc);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    for (const auto& [sentence, seen] : seen_)
      if (seen.left_out > 0) put(seen.level, line_of(settings_.format, sentence, {}, seen.left_out));
  }

  void write(LogLevel level, std::string_view sentence, LogFields fields) {
    if (level < settings_.lowest) return;
    std::uint64_t left_out = 0;
    if (may_write(level, sentence, left_out)) put(level, line_of(settings_.format, sentence, fields, left_out));
  }

private:
  using Clock = std::chrono::steady_clock;
  struct Seen {
    Clock::time_point since;
    std::uint32_t written = 0;
    std::uint64_t left_out = 0;
    LogLevel level{};
  };

  bool may_write(LogLevel level, std::string_view sentence, std::uint64_t& left_out) {
    const std::scoped_lock lock(mutex_);
    const Clock::time_point now = Clock::now();
    // Sentences are constants of the program, so they are few; should one not be, the memory stays bounded all the same.
    constexpr std::size_t most_sentences = 1024;
    if (seen_.size() > most_sentences) seen_.clear();
    auto found = seen_.find(sentence);
    if (found == seen_.end()) found = seen_.emplace(std::string(sentence), Seen{now, 0, 0, level}).first;
    Seen& seen = found->second;
    if (now - seen.since >= settings_.interval) {
      left_out = std::exchange(seen.left_out, 0);
      seen.since = now;
      seen.written = 0;
    }
    if (seen.written < settings_.repeats) {
      ++seen.written;
      return true;
    }
    ++seen.left_out;
    return false;
  }

  // As an argument and not as the format, or braces in a value would be looked at.
  void put(LogLevel level, const std::string& line) { logger_->log(level_of(level), "{}", line); }

  LogSettings settings_;
  std::shared_ptr<spdlog::async_logger> logger_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;  // goes before the logger: writes what waits, and ends its thread
  std::mutex mutex_;
  std::map<std::string, Seen, std::less<>> seen_;
};

Log::Log(const LogSettings& settings) {
  try {
    impl_ = std::make_unique<Impl>(settings);
  } catch (const spdlog::spdlog_ex& error) {
    throw std::runtime_error(settings.file + ": the log cannot be written: " + error.what());
  }
}
Log::~Log() = default;

void Log::debug(std::string_view sentence, LogFields fields) { write(LogLevel::debug, sentence, fields); }
void Log::info(std::string_view sentence, LogFields fields) { write(LogLevel::info, sentence, fields); }
void Log::warning(std::string_view sentence, LogFields fields) { write(LogLevel::warning, sentence, fields); }
void Log::error(std::string_view sentence, LogFields fields) { write(LogLevel::error, sentence, fields); }
void Log::write(LogLevel level, std::string_view sentence, LogFields fields) { impl_->write(level, sentence, fields); }

}  // namespace poolcast::ops
