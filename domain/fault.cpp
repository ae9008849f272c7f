#include "domain/fault.hpp"

#include <algorithm>

#include "domain/fault_verbs.hpp"

namespace poolcast {
namespace {

std::string words_of(const std::optional<NodeId>& subject) { return subject ? subject->str() : ""; }
std::string words_of(const std::optional<PoolId>& subject) { return subject ? subject->str() : ""; }

std::string words_of(const std::optional<Names>& subject) {
  std::string text;
  if (!subject) return text;
  for (const std::string& name : subject->each) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string words_of(const std::vector<SiteId>& subject) {
  std::string text;
  for (const SiteId& site : subject) text += (text.empty() ? "" : " ") + site.str();
  return text;
}

// A runbook's name as one word, as its file is called.
std::string words_of(const std::optional<Runbook>& subject) {
  std::string text;
  for (const char c : subject ? subject->name : std::string()) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool plain = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (plain)
      text += upper ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!text.empty() && text.back() != '-')
      text += '-';
  }
  if (text.ends_with('-')) text.pop_back();
  return text;
}

bool given(const std::vector<SiteId>& subject) { return !subject.empty(); }
template <class Subject>
bool given(const std::optional<Subject>& subject) {
  return subject.has_value();
}

}  // namespace

std::vector<std::string_view> verbs_of(const Fault& fault) {
  std::vector<std::string_view> verbs;
  for_each_verb(fault, [&](std::string_view verb, const auto& subject, Verb) {
    if (given(subject)) verbs.push_back(verb);
  });
  return verbs;
}

bool is_full_copy(const Fault& fault) { return fault.new_mirror || fault.new_secondary || fault.restore; }

std::vector<std::string_view> all_verbs() {
  std::vector<std::string_view> verbs;
  const Fault none;
  for_each_verb(none, [&](std::string_view verb, const auto&, Verb) { verbs.push_back(verb); });
  return verbs;
}

bool is_of_operators(const Fault& fault) {
  bool found = false;
  for_each_verb(fault, [&](std::string_view, const auto& subject, Verb verb) {
    found = found || (given(subject) && verb != Verb::breaks);
  });
  return found;
}

bool holds(const Fault& fault) {
  bool found = false;
  for_each_verb(fault, [&](std::string_view, const auto& subject, Verb verb) {
    found = found || (given(subject) && verb != Verb::command);
  });
  return found;
}

std::string label(const Fault& fault) {
  std::string text;
  for_each_verb(fault, [&](std::string_view verb, const auto& subject, Verb) {
    if (!text.empty() || !given(subject)) return;
    text = verb;
    std::ranges::replace(text, '_', ' ');
    text += " " + words_of(subject);
  });
  if (fault.cut && fault.away_from) text += " from " + words_of(fault.away_from);
  return text;
}

}  // namespace poolcast
