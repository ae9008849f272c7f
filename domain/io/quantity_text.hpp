// How quantities are written in files: `30s`, `1.2 KB`, `10/s`, `50%`. parse() fills `out` and returns nothing, or returns
// what would have been right; write() is its inverse, exact to the last bit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/scenario.hpp"
#include "domain/units.hpp"

namespace poolcast::io {

using Expected = std::optional<std::string>;

Expected parse(std::string_view text, Seconds& out);
Expected parse(std::string_view text, Bytes& out);
Expected parse(std::string_view text, Bandwidth& out);
Expected parse(std::string_view text, Rate& out);
Expected parse(std::string_view text, Share& out);
Expected parse(std::string_view text, Frequency& out);
Expected parse(std::string_view text, SecondsRange& out);
Expected parse(std::string_view text, PostRate& out);
Expected parse(std::string_view text, Quantity& out);
Expected parse(std::string_view text, Count& out);
Expected parse(std::string_view text, double& out);
Expected parse(std::string_view text, bool& out);

std::string write(Seconds value);
std::string write(Bytes value);
std::string write(Bandwidth value);
std::string write(Rate value);
std::string write(Share value);
std::string write(Frequency value);
std::string write(const SecondsRange& value);
std::string write(const PostRate& value);
std::string write(const Quantity& value);
std::string write(Count value);
std::string write(double value);
std::string write(bool value);

// What a reader of the reference page and an editor need to know about a type.
struct WrittenForm {
  std::string_view noun;     // "duration"
  std::string_view example;  // "30s"
  std::string pattern;       // regular expression of the whole text, for the JSON Schema
};
WrittenForm written_form(Seconds);
WrittenForm written_form(Bytes);
WrittenForm written_form(Bandwidth);
WrittenForm written_form(Rate);
WrittenForm written_form(Share);
WrittenForm written_form(Frequency);
WrittenForm written_form(const SecondsRange&);
WrittenForm written_form(const PostRate&);
WrittenForm written_form(const Quantity&);
WrittenForm written_form(Count);
WrittenForm written_form(double);
WrittenForm written_form(bool);

}  // namespace poolcast::io
