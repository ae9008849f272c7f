#include "reference-server/chat/people.hpp"

#include <algorithm>
#include <unordered_set>

#include "reference-server/proto/text.hpp"

namespace poolcast::chat {

using store::Category;
using store::CategoryId;
using store::Principal;
using store::PrincipalId;
using store::PrincipalKind;

void People::put(Principal principal) {
  const PrincipalId id = principal.id;
  if (const auto old = principals_.find(id); old != principals_.end()) {
    for (const PrincipalId member : old->second.members) std::erase(groups_of_[member], id);
    if (old->second.kind == PrincipalKind::user) by_uri_.erase(proto::to_lower(old->second.uri));
  }
  for (const PrincipalId member : principal.members) groups_of_[member].push_back(id);
  if (principal.kind == PrincipalKind::user) by_uri_[proto::to_lower(principal.uri)] = id;
  if (principal.disabled)
    searchable_.erase(id);
  else
    searchable_[id] = proto::to_lower(principal.uri + " " + principal.display_name);
  principals_[id] = std::move(principal);
}

void People::put(Category category) {
  const CategoryId id = category.id;
  categories_[id] = std::move(category);
}

const Principal* People::find(PrincipalId id) const {
  const auto found = principals_.find(id);
  return found == principals_.end() ? nullptr : &found->second;
}

const Principal* People::find_user(std::string_view uri) const {
  const auto found = by_uri_.find(proto::to_lower(uri));
  return found == by_uri_.end() ? nullptr : find(found->second);
}

const Category* People::find(CategoryId id) const {
  const auto found = categories_.find(id);
  return found == categories_.end() ? nullptr : &found->second;
}

Person People::person(const Principal& user) const {
  const auto colon = user.uri.find(':');
  const std::string address = user.uri.substr(colon == std::string::npos ? 0 : colon + 1);
  Person person{.id = user.id,
                .uri = user.uri,
                .name = address.substr(0, address.find('@')),
                .display_name = user.display_name,
                .principals = {},
                .administrator = user.administrator};
  if (person.display_name.empty()) person.display_name = person.name;
  std::unordered_set<PrincipalId> met{user.id};
  std::vector<PrincipalId> open{user.id};
  while (!open.empty()) {
    const auto above = groups_of_.find(open.back());
    open.pop_back();
    if (above == groups_of_.end()) continue;
    for (const PrincipalId id : above->second) {
      const Principal* const group = find(id);
      if (group == nullptr || group->disabled || !met.insert(id).second) continue;
      person.administrator = person.administrator || group->administrator;
      open.push_back(id);
    }
  }
  person.principals.assign(met.begin(), met.end());
  std::ranges::sort(person.principals);
  return person;
}

}  // namespace poolcast::chat
