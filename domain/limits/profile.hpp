// A profile is what is documented about one product: limits and defaults as data, and the rules that use them. Another chat
// system is another profile: a folder like skype_for_business_2015/ and its line in profile.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/limits/finding.hpp"

namespace poolcast::limits {

// A documented number and the page that states it.
struct Limit {
  double value = 0;
  std::string_view source;
};

struct LimitRange {
  double low = 0;
  double high = 0;
  std::string_view source;
};

// Numbers in base units: seconds, bytes, bytes per second, hertz, one.
struct Limits {
  Limit active_servers;
  Limit total_servers;
  Limit users_per_server;
  Limit users_of_organisation;
  Limit provisioned_users;
  Limit endpoints_of_organisation;
  Limit users_at_standard_edition;
  Limit users_per_standard_front_end;
  Limit users_per_standard_front_end_pair;
  Limit users_per_virtual_server;
  Limit users_per_front_end;
  Limit front_ends_per_pool;
  Limit users_per_front_end_pool;
  Limit front_end_sign_ins_per_s;
  Limit access_entries;
  Limit invitations_warning;
  Limit invitations;
  Limit join_rate_per_s;
  Limit cores;
  Limit clock_hz;
  Limit memory_bytes;
  Limit disks;
  Limit free_disk_bytes;
  Limit network_bytes_per_s;
  Limit default_chat_history;
  LimitRange chat_history;
  Limit max_file_size_bytes;
  Limit participant_update_limit;
  Limit compliance_run_interval_s;
  LimitRange compliance_run_interval_range_s;
  Limit sip_port;
  Limit wcf_port;
  Limit wcf_port_misprint;
  Limit restore_delay_s;
  Limit partner_load;
  Limit express_database_bytes;
  Limit stretched_latency_s;
  Limit stretched_latency_at_most_s;
  Limit stretched_bandwidth_bytes_per_s;
  // What the vendor's own sample and user model assume; more than that was not shown to work.
  Limit sample_posts_per_s;
  Limit sample_rooms_per_user;
  Limit sample_endpoints_per_user;
  Limit sample_contacts_per_user;
  LimitRange sample_affiliations_per_user;
  Limit sample_visible_rooms_per_endpoint;
  Limit sample_polled_per_visible_room;
  Limit sample_presence_changes_per_hour;
  Limit stated_users_after_loss;
};

// Each limit under the name it has in the validation tables; `own.` where the tables have none.
template <class Self, class Visitor>
void describe_limits(Self& self, Visitor&& visit) {
  visit("pool.active_servers.max", self.active_servers);
  visit("pool.total_servers.max", self.total_servers);
  visit("server.concurrent_users.max", self.users_per_server);
  visit("pool.concurrent_users.max", self.users_of_organisation);
  visit("pool.provisioned_users.max", self.provisioned_users);
  visit("pool.endpoints.max", self.endpoints_of_organisation);
  visit("se.concurrent_users.max", self.users_at_standard_edition);
  visit("se_frontend.users", self.users_per_standard_front_end);
  visit("se_frontend.users_pair_failover", self.users_per_standard_front_end_pair);
  visit("virtual_server.concurrent_users.max", self.users_per_virtual_server);
  visit("fe.users_per_server", self.users_per_front_end);
  visit("fe.servers_per_pool.max", self.front_ends_per_pool);
  visit("fe.pool_users.max", self.users_per_front_end_pool);
  visit("fe.signin_rate.max", self.front_end_sign_ins_per_s);
  visit("access.max_ace", self.access_entries);
  visit("invite.warning", self.invitations_warning);
  visit("invite.max", self.invitations);
  visit("perf.peak_join_rate", self.join_rate_per_s);
  visit("own.hw.cores", self.cores);
  visit("hw.clock", self.clock_hz);
  visit("hw.ram", self.memory_bytes);
  visit("hw.disks", self.disks);
  visit("hw.free_disk", self.free_disk_bytes);
  visit("hw.nic", self.network_bytes_per_s);
  visit("cfg.default_chat_history", self.default_chat_history);
  visit("cfg.default_chat_history.range", self.chat_history);
  visit("cfg.max_file_size", self.max_file_size_bytes);
  visit("cfg.participant_update_limit", self.participant_update_limit);
  visit("cfg.compliance_run_interval", self.compliance_run_interval_s);
  visit("cfg.compliance_run_interval.range", self.compliance_run_interval_range_s);
  visit("port.chat_sip", self.sip_port);
  visit("port.chat_wcf", self.wcf_port);
  visit("port.chat_wcf_listed", self.wcf_port_misprint);
  visit("dr.restore_delay", self.restore_delay_s);
  visit("own.partner_load", self.partner_load);
  visit("own.express_database", self.express_database_bytes);
  visit("network.stretched_farm.one_way_latency.max", self.stretched_latency_s);
  visit("own.stretched_latency_at_most", self.stretched_latency_at_most_s);
  visit("network.stretched_farm.bandwidth.min", self.stretched_bandwidth_bytes_per_s);
  visit("own.sample_posts_per_s", self.sample_posts_per_s);
  visit("perf.rooms_per_user", self.sample_rooms_per_user);
  visit("perf.endpoints_per_user", self.sample_endpoints_per_user);
  visit("perf.contacts_per_user", self.sample_contacts_per_user);
  visit("perf.ad_ancestor_affiliations", self.sample_affiliations_per_user);
  visit("perf.visible_rooms_per_endpoint", self.sample_visible_rooms_per_endpoint);
  visit("perf.participants_polled_per_room", self.sample_polled_per_visible_room);
  visit("perf.presence_changes_per_user_hour", self.sample_presence_changes_per_hour);
  visit("failover.users_per_surviving_server.stated", self.stated_users_after_loss);
}

// One place where a scenario breaks a rule or touches a note.
struct Found {
  std::string key;
  std::string sentence;
};

// Pure: what the rule finds in the scenario under these limits.
using Check = std::vector<Found> (*)(const Scenario& scenario, const Limits& limits);

struct CheckedRule {
  Rule rule;
  Check check;
};

struct Profile {
  std::string_view product;  // as written after `product:`
  std::string_view title;
  Limits limits;
  std::vector<CheckedRule> rules;
  std::vector<Rule> listed;  // the rules without their checks
};

// Throws std::invalid_argument that names the known products.
const Profile& profile_of(std::string_view product);

}  // namespace poolcast::limits
