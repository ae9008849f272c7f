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
