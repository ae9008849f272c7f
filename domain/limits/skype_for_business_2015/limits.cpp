#include "domain/limits/skype_for_business_2015/profile.hpp"
#include "domain/limits/skype_for_business_2015/sources.hpp"

namespace poolcast::limits::skype_for_business_2015 {

Limits limits() {
  return {
      .active_servers = {4, source::capacity},
      .total_servers = {8, source::capacity},
      .users_per_server = {20'000, source::capacity},
      .users_of_organisation = {80'000, source::plan},
      .provisioned_users = {150'000, source::capacity},
      .endpoints_of_organisation = {120'000, source::capacity},
      .users_at_standard_edition = {20'000, source::requirements},
      .users_per_standard_front_end = {2'500, source::front_end_capacity},
      .users_per_standard_front_end_pair = {5'000, source::front_end_capacity},
      .users_per_virtual_server = {20'000, source::deploying_2013},
      .users_per_front_end = {6'660, source::front_end_capacity},
      .front_ends_per_pool = {12, source::front_end_capacity},
      .users_per_front_end_pool = {80'000, source::front_end_capacity},
      .front_end_sign_ins_per_s = {12, source::stress_tool},
      .access_entries = {2'000'000, source::capacity},
      .invitations_warning = {1'000'000, source::capacity},
      .invitations = {2'000'000, source::capacity},
      .join_rate_per_s = {10, source::capacity},
      .cores = {12, source::server_requirements},  // two processors of six cores
      .clock_hz = {2.26e9, source::server_requirements},
      .memory_bytes = {32e9, source::server_requirements},
      .disks = {8, source::server_requirements},
      .free_disk_bytes = {72e9, source::server_requirements},
      .network_bytes_per_s = {1e9 / 8, source::server_requirements},
      .default_chat_history = {30, source::options},
      .chat_history = {1, 500, source::configuration},
      .max_file_size_bytes = {20'000e3, source::options},
      .participant_update_limit = {75, source::options},
      .compliance_run_interval_s = {15 * 60, source::compliance_options},
      .compliance_run_interval_range_s = {60, 30 * 86'400, source::compliance_options},
      .sip_port = {5041, source::add_server},
      .wcf_port = {8011, source::topology},
      .wcf_port_misprint = {881, source::ports},
      .restore_delay_s = {0, source::recovery_setup},
      .partner_load = {0.5, source::sql_prerequisites},
      .express_database_bytes = {10e9, source::sql_editions},
      .stretched_latency_s = {1e-3, source::stretched_farm},
      .stretched_latency_at_most_s = {20e-3, "assumption O-5"},
      .stretched_bandwidth_bytes_per_s = {1e9 / 8, source::stretched_farm},
      .sample_posts_per_s = {24, source::capacity},
      .sample_rooms_per_user = {16, source::capacity},
      .sample_endpoints_per_user = {1.5, source::capacity},
      .sample_contacts_per_user = {80, source::capacity},
      .sample_affiliations_per_user = {100, 200, source::capacity},
      .sample_visible_rooms_per_endpoint = {1.5, source::capacity},
      .sample_polled_per_visible_room = {25, source::capacity},
      .sample_presence_changes_per_hour = {6, source::capacity},
      .stated_users_after_loss = {30'000, source::capacity_2013},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
