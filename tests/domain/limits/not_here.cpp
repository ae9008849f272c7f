#include "tests/domain/limits/not_here.hpp"

#include <algorithm>

namespace poolcast::limits::test {

const std::vector<NotHere>& not_here() {
  static const std::vector<NotHere> all{
      {"failover.transfer_duration", "words, no number"},
      {"perf.visible_rooms_max", "the largest of a spread of which the workload has the mean"},
      {"perf.direct_membership_pct", "over all rooms; a workload has it by class"},
      {"perf.group_membership_pct", "over all rooms; a workload has it by class"},
      {"usermodel.pchat_share_of_registered", "the general user model; only PC-SRC-POLLS compares with it"},
      {"usermodel.rooms_per_user", "the general user model; only PC-SRC-POLLS compares with it"},
      {"usermodel.polls_per_room_hour", "the general user model; only PC-SRC-POLLS compares with it"},
      {"usermodel.users_per_poll", "the general user model; only PC-SRC-POLLS compares with it"},
      {"usermodel.session", "users of a scenario stay until it ends"},
      {"usermodel.concurrency_pct", "a scenario has connected users"},
      {"usermodel.enabled_share_of_ad_pct", "a scenario has connected users"},
      {"usermodel.mpop_no_mobility", "the endpoints of all of a user's clients, not of chat"},
      {"usermodel.mpop_mobility", "the endpoints of all of a user's clients, not of chat"},
      {"usermodel.external_users_pct", "a scenario has no external users"},
      {"fe.pool_endpoints.max", "all endpoints of a Front End pool, not those of chat"},
      {"fe.bandwidth_per_user", "messaging and presence, not chat"},
      {"fe.bandwidth_per_server", "messaging and presence, not chat"},
      {"fe.dr_pair_users_each", "pairing of Front End pools, which a topology does not have"},
      {"fe.resiliency_grace_no_witness", "Front Ends only"},
      {"stress.", "the vendor's load tool"},
      {"stresskit.", "the vendor's load tool"},
      {"storage.", "archiving and monitoring databases"},
      {"hw.raid1_disks", "a machine has a number of disks, not their arrangement"},
      {"hw.raid10_disks", "a machine has a number of disks, not their arrangement"},
      {"cfg.file_token_lifetime", "files are not modelled"},
      {"backup.", "exports are not modelled"},
      {"port.chat_file", "named by PC-PORT-CLASH as taken"},
      {"port.sip_tls", "named by PC-PORT-CLASH as taken"},
      {"port.sql_browser_udp", "no port of a chat server"},
      {"port.smb", "named by PC-PORT-CLASH as taken"},
      {"port.mirroring", "no port of a chat server"},
      {"port.witness", "no port of a chat server"},
      {"dr.extra_instances_content", "follows from the databases that a topology lists"},
      {"dr.extra_instances_compliance", "follows from the databases that a topology lists"},
      {"stretched.", "topologies over two sites"},
      {"rto.", "recovery targets of Front Ends and databases, none of chat"},
      {"rpo.", "recovery targets of Front Ends and databases, none of chat"},
      {"dfs.", "replication of shares is not modelled"},
      {"mirror.", "the mirroring of databases, which the simulator plays"},
      {"client.", "the SQL client, which the simulator plays"},
      {"logship.", "monitoring of log shipping"},
      {"groupchat_test.server_ram", "the machine of the test, which no rule of this product names"},
      {"groupchat_test.server_cpus", "the machine of the test, which no rule of this product names"},
      {"groupchat_test.fe_servers", "the Front Ends of the test, which no rule of this product names"},
      {"groupchat_test.rooms_headline", "a rounded headline of rooms_total"},
      {"groupchat_test.join_rate_per_server", "a rate of joins is a cost set's, not a workload's"},
      {"groupchat_test.logout_rate_per_server", "a rate of joins is a cost set's, not a workload's"},
      {"scom.", "thresholds of monitoring"},
      {"khi.", "thresholds of monitoring"},
      {"adsync.", "the directory's synchronisation is not modelled"},
      {"sip.", "quoted for gateways, not for chat clients"},
      {"thirdparty.", "other systems"},
  };
  return all;
}

const NotHere* why_not_here(std::string_view key) {
  const auto found = std::ranges::find_if(
      not_here(), [&](const NotHere& it) { return it.key.ends_with('.') ? key.starts_with(it.key) : key == it.key; });
  return found == not_here().end() ? nullptr : &*found;
}

}  // namespace poolcast::limits::test
