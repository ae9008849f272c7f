#include "domain/limits/skype_for_business_2015/profile.hpp"

#include <utility>

namespace poolcast::limits::skype_for_business_2015 {

Profile profile() {
  Profile profile{.product = "skype-for-business-2015",
                  .title = "Persistent Chat Server of Skype for Business Server 2015",
                  .limits = limits(),
                  .rules = {},
                  .listed = {}};
  for (const auto& family : {user_rules(), room_rules(), placement_rules(), site_rules(), database_rules(), mirroring_rules(),
                             recovery_rules(), instance_rules(), configuration_rules(), availability_rules(), source_rules()}) {
    profile.rules.insert(profile.rules.end(), family.begin(), family.end());
  }
  return profile;
}

}  // namespace poolcast::limits::skype_for_business_2015
