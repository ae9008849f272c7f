#include "domain/fault.hpp"

#include <algorithm>

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

// Calls visit(verb, subject) for every verb, in the order of the schema.
template <class Visit>
void for_each_verb(const Fault& fault, Visit&& visit) {
  visit("lose", fault.lose);
  visit("drain", fault.drain);
  visit("activate", fault.activate);
  visit("swap", fault.swap);
  visit("fail_over", fault.fail_over);
  visit("slow", fault.slow);
  visit("slow_disk", fault.slow_disk);
  visit("fill_disk", fault.fill_disk);
  visit("hang", fault.hang);
  visit("sync_directory", fault.sync_directory);
  visit("slow_link", fault.slow_link);
  visit("narrow_link", fault.narrow_link);
  visit("lossy_link", fault.lossy_link);
  visit("cut", fault.cut);
  visit("make_principal", fault.make_principal);
  visit("force_service", fault.force_service);
  visit("suspend_mirroring", fault.suspend_mirroring);
  visit("resume_mirroring", fault.resume_mirroring);
  visit("new_mirror", fault.new_mirror);
  visit("restore", fault.restore);
  visit("fail_back", fault.fail_back);
  visit("set_active", fault.set_active);
  visit("follow", fault.follow);
}

}  // namespace

std::vector<std::string_view> verbs_of(const Fault& fault) {
  std::vector<std::string_view> verbs;
  for_each_verb(fault, [&](std::string_view verb, const auto& subject) {
    if (given(subject)) verbs.push_back(verb);
  });
  return verbs;
}

std::vector<std::string_view> all_verbs() {
  std::vector<std::string_view> verbs;
  for_each_verb(Fault{}, [&](std::string_view verb, const auto&) { verbs.push_back(verb); });
  return verbs;
}

bool is_of_operators(const Fault& fault) {
  return fault.drain || fault.activate || fault.swap || fault.fail_over || fault.make_principal || fault.force_service ||
         fault.suspend_mirroring || fault.resume_mirroring || fault.new_mirror || fault.restore || fault.fail_back ||
         fault.set_active || fault.follow;
}

std::string label(const Fault& fault) {
  std::string text;
  for_each_verb(fault, [&](std::string_view verb, const auto& subject) {
    if (!text.empty() || !given(subject)) return;
    text = verb;
    std::ranges::replace(text, '_', ' ');
    text += " " + words_of(subject);
  });
  if (fault.cut && fault.away_from) text += " from " + words_of(fault.away_from);
  return text;
}

}  // namespace poolcast
