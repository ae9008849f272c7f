// What is documented about Persistent Chat Server of Skype for Business Server 2015. One function per family of rules, in the
// order in which the rules are listed.
#pragma once

#include <vector>

#include "domain/limits/profile.hpp"

namespace poolcast::limits::skype_for_business_2015 {

Profile profile();

Limits limits();
std::vector<CheckedRule> user_rules();           // users, endpoints, Front Ends, sign-ins
std::vector<CheckedRule> room_rules();           // access lists, invitations, traffic
std::vector<CheckedRule> placement_rules();      // editions, growth, machines, file store
std::vector<CheckedRule> site_rules();           // time zones, domains, stretched pools
std::vector<CheckedRule> database_rules();       // mirroring, log shipping, compliance
std::vector<CheckedRule> mirroring_rules();      // time-out and load of the partners
std::vector<CheckedRule> recovery_rules();       // log-shipping secondary, its mirror, paired pools
std::vector<CheckedRule> instance_rules();       // what SQL instances may hold and be
std::vector<CheckedRule> configuration_rules();  // ports, options and their ranges
std::vector<CheckedRule> availability_rules();   // loss of a server, standby servers, recovery
std::vector<CheckedRule> source_rules();         // contradictions between and within the sources

}  // namespace poolcast::limits::skype_for_business_2015
