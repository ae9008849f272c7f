// What the chat knows of people, categories and rooms: the directory with the look-ups that decisions need.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reference-server/store/directory.hpp"

namespace poolcast::chat {

// A signed-in user: who it is, and every group above it.
struct Person {
  store::PrincipalId id{};
  std::string uri;
  std::string name;  // the part of the URI before the @
  std::string display_name;
  std::vector<store::PrincipalId> principals;  // itself and the groups above it, ascending
  bool administrator = false;
};

class People {
public:
  const store::Principal* find(store::PrincipalId id) const;
  const store::Principal* find_user(std::string_view uri) const;  // in any letter case
  const store::Category* find(store::CategoryId id) const;
  const std::map<store::CategoryId, store::Category>& categories() const { return categories_; }
  const std::unordered_map<store::PrincipalId, store::Principal>& principals() const { return principals_; }

  // URI and name in lower case, of all that are not disabled, in the order of their ids: what a search looks at.
  const std::map<store::PrincipalId, std::string>& searchable() const { return searchable_; }

  // The user with the groups above it, through any depth of groups; a group that contains itself is met once. Disabled groups
  // give nothing.
  Person person(const store::Principal& user) const;

  void put(store::Principal principal);
  void put(store::Category category);

private:
  std::unordered_map<store::PrincipalId, store::Principal> principals_;
  std::unordered_map<std::string, store::PrincipalId> by_uri_;  // users only
  std::map<store::PrincipalId, std::string> searchable_;
  std::unordered_map<store::PrincipalId, std::vector<store::PrincipalId>> groups_of_;
  std::map<store::CategoryId, store::Category> categories_;
};

}  // namespace poolcast::chat
