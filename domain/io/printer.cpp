// The canonical print: every key that has a value, in the order of the schema, each value in its least awkward unit.
#include <algorithm>
#include <array>
#include <string>

#include "domain/io/runbook_file.hpp"
#include "domain/io/scenario_file.hpp"
#include "domain/io/types.hpp"

namespace poolcast::io {
namespace {

bool plain_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' ||
         c == '/';
}

// Words that YAML 1.1 or 1.2 readers take for something else than text.
bool reserved(std::string_view text) {
  static constexpr std::array words{"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::ranges::find(words, lower) != words.end();
}

// Words separated by single blanks stay bare, everything else is quoted.
std::string text_value(std::string_view text) {
  const bool letter_first = !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  const bool words = std::ranges::all_of(text, [](char c) { return plain_character(c) || c == ' '; });
  const bool blanks_fit = !text.ends_with(' ') && text.find("  ") == std::string_view::npos;
  if (letter_first && words && blanks_fit && !reserved(text)) return std::string(text);
  std::string quoted_text = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted_text += '\\';
    if (c == '\n') {
      quoted_text += "\\n";
    } else if (c == '\t') {
      quoted_text += "\\t";
    } else {
      quoted_text += c;
    }
  }
  return quoted_text + "\"";
}

class Printer {
public:
  template <Described T>
  void keys(const T& value, const std::string& indent) {
    describe(value, [&](std::string_view key, const auto& member, std::string_view, Constraint = {}) {
      this->entry(std::string(key), member, indent);
    });
  }

  std::string text;

private:
  template <class T>
  static std::string one_line(const T& value) {
    if constexpr (std::same_as<T, std::string>) {
      return text_value(value);
    } else if constexpr (is_id<T>) {
      return text_value(value.str());
    } else if constexpr (NamedValue<T>) {
      return with_dashes(name_of(value));
    } else {
      return write(value);
    }
  }

  static std::string one_line(const Names& value) {
    if (value.each.size() == 1) return text_value(value.each.front());
    std::string names;
    for (const std::string& name : value.each) names += (names.empty() ? "" : ", ") + text_value(name);
    return "[" + names + "]";
  }

  template <class T>
  static std::string one_line(const Parameter<T>& value) {
    std::string line = "{value: " + write(value.value);
    if (value.low) line += ", low: " + write(*value.low);
    if (value.high) line += ", high: " + write(*value.high);
    return line + ", origin: " + text_value(value.origin) + "}";
  }

  template <class T>
  void entry(const std::string& key, const T& value, const std::string& indent) {
    if constexpr (Described<T>) {
      text += indent + key + ":\n";
      const std::size_t start = text.size();
      keys(value, indent + "  ");
      if (text.size() == start) text.insert(start - 1, " {}");  // no key has a value; the struct itself is there
    } else {
      text += indent + key + ": " + one_line(value) + "\n";
    }
  }

  template <class T>
  void entry(const std::string& key, const std::optional<T>& value, const std::string& indent) {
    if (value) entry(key, *value, indent);
  }

  template <class T>
  void entry(const std::string& key, const std::vector<T>& value, const std::string& indent) {
    text += indent + key + ":";
    if constexpr (Described<T>) {
      text += value.empty() ? " []\n" : "\n";
      for (const T& item : value) {
        const std::size_t start = text.size();
        keys(item, indent + "    ");
        text[start + indent.size() + 2] = '-';  // the first key stands on the line of its dash
      }
    } else {
      std::string items;
      for (const T& item : value) items += (items.empty() ? "" : ", ") + one_line(item);
      text += " [" + items + "]\n";
    }
  }
};

}  // namespace

std::string print(const Scenario& scenario) {
  Printer printer;
  printer.keys(scenario, "");
  return std::move(printer.text);
}

std::string print(const Runbook& runbook) {
  Printer printer;
  printer.keys(runbook, "");
  return std::move(printer.text);
}

std::string print(const CostSet& costs) {
  Printer printer;
  printer.keys(costs, "");
  return std::move(printer.text);
}

}  // namespace poolcast::io
