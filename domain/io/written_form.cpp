#include <span>

#include "domain/io/quantity_text.hpp"
#include "domain/io/unit_words.hpp"

namespace poolcast::io {
namespace {

constexpr std::string_view number = R"(\+?[0-9]+(_[0-9]+)*(\.[0-9]+(_[0-9]+)*)?([eE][+-]?[0-9]+)?)";

template <class Words>
std::string any_of(const Words& words) {
  std::string text;
  for (const auto& one : words) text += (text.empty() ? "" : "|") + std::string(one.word);
  return "(" + text + ")";
}

template <class Words>
std::string with_unit(const Words& words) {
  return std::string(number) + " *" + any_of(words);
}

std::string whole(const std::string& pattern) { return "^" + pattern + "$"; }

constexpr std::string_view zero = R"(0+(\.0+)?)";

}  // namespace

WrittenForm written_form(Seconds) { return {"duration", "30s", whole(with_unit(duration_words))}; }
WrittenForm written_form(Bytes) { return {"size", "1.2 KB", whole(with_unit(byte_words))}; }
WrittenForm written_form(Bandwidth) { return {"speed", "1 Gb/s", whole(with_unit(bandwidth_words))}; }
WrittenForm written_form(Frequency) { return {"frequency", "2.26 GHz", whole(with_unit(frequency_words))}; }
WrittenForm written_form(Count) { return {"whole number", "80_000", whole(std::string(number))}; }
WrittenForm written_form(double) { return {"number", "1.5", whole("-?" + std::string(number))}; }
WrittenForm written_form(bool) { return {"on or off", "on", "^(on|off|yes|no|true|false)$"}; }

WrittenForm written_form(Rate) { return {"rate", "10/s", whole("(" + std::string(zero) + "|" + with_unit(rate_words) + ")")}; }

WrittenForm written_form(Share) { return {"share", "50%", whole(std::string(number) + " *%?")}; }

WrittenForm written_form(const SecondsRange&) {
  const std::string one = with_unit(duration_words);
  return {"range of durations", "0s..30s", whole(one + R"(( *\.\. *)" + one + ")?")};
}

WrittenForm written_form(const PostRate&) {
  return {"rate of posts", "50/room/day", whole("(" + std::string(zero) + "|" + with_unit(post_bases) + ")")};
}

WrittenForm written_form(const Quantity&) {
  const std::string units = any_of(duration_words) + "|" + any_of(byte_words) + "|%";
  return {"number, duration, share or size", "500ms", whole(std::string(number) + " *(" + units + ")?")};
}

}  // namespace poolcast::io
