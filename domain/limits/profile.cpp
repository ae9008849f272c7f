#include "domain/limits/profile.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "domain/limits/skype_for_business_2015/profile.hpp"

namespace poolcast::limits {
namespace {

const std::vector<Profile>& profiles() {
  static const std::vector<Profile> all = [] {
    std::vector<Profile> known{skype_for_business_2015::profile()};
    for (Profile& profile : known) {
      for (const CheckedRule& row : profile.rules) profile.listed.push_back(row.rule);
    }
    return known;
  }();
  return all;
}

}  // namespace

const Profile& profile_of(std::string_view product) {
  const auto found = std::ranges::find(profiles(), product, &Profile::product);
  if (found != profiles().end()) return *found;
  std::string known;
  for (const Profile& profile : profiles()) known.append(known.empty() ? "" : ", ").append(profile.product);
  throw std::invalid_argument("unknown product `" + std::string(product) + "`; known: " + known);
}

std::vector<std::string_view> products() {
  std::vector<std::string_view> names;
  for (const Profile& profile : profiles()) names.push_back(profile.product);
  return names;
}

}  // namespace poolcast::limits
