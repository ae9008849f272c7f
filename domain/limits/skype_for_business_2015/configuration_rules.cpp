// Options of chat pools with their ranges and defaults, and ports.
#include "domain/limits/capacity.hpp"
#include "domain/limits/look.hpp"
#include "domain/limits/skype_for_business_2015/profile.hpp"
#include "domain/limits/skype_for_business_2015/sources.hpp"
#include "domain/limits/text.hpp"

namespace poolcast::limits::skype_for_business_2015 {
namespace {

using enum Severity;

// Runs `look` on each pool and its key.
template <class Look>
std::vector<Found> each_pool(const Scenario& scenario, Look look) {
  std::vector<Found> found;
  for (std::size_t pool = 0; pool < scenario.topology.chat_pools.size(); ++pool) {
    look(scenario.topology.chat_pools[pool], key_of("topology.chat_pools", pool), found);
  }
  return found;
}

std::vector<Found> chat_history(const Scenario& scenario, const Limits& limits) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    const double messages = static_cast<double>(pool.default_chat_history);
    const LimitRange& range = limits.chat_history;
    if (messages >= range.low && messages <= range.high) return;
    found.push_back(
        {key + ".default_chat_history", fill("{} keeps {} messages of a room; {} to {} are possible.",
                                             {pool.name.str(), number(messages), number(range.low), number(range.high)})});
  });
}

std::vector<Found> compliance_interval(const Scenario& scenario, const Limits& limits) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    const LimitRange& range = limits.compliance_run_interval_range_s;
    const Seconds interval = pool.compliance_run_interval;
    if (interval.count() >= range.low && interval.count() <= range.high) return;
    found.push_back({key + ".compliance_run_interval",
                     fill("The compliance adapter of {} runs every {}; {} to {} are possible.",
                          {pool.name.str(), duration(interval), duration(Seconds{range.low}), duration(Seconds{range.high})})});
  });
}

std::vector<Found> file_size(const Scenario& scenario, const Limits& limits) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    if (pool.max_file_size.count <= limits.max_file_size_bytes.value) return;
    found.push_back({key + ".max_file_size",
                     fill("{} takes files up to {}; the default is {}.",
                          {pool.name.str(), bytes(pool.max_file_size.count), bytes(limits.max_file_size_bytes.value)})});
  });
}

std::vector<Found> participant_updates(const Scenario& scenario, const Limits& limits) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    const double limit = limits.participant_update_limit.value;
    if (static_cast<double>(pool.participant_update_limit) <= limit) return;
    ChatPool usual = pool;
    usual.participant_update_limit = static_cast<Count>(limit);
    found.push_back(
        {key + ".participant_update_limit",
         fill("{} sends roster updates in rooms of up to {} users: {} for one sign-in, where the default of {} makes {}.",
              {pool.name.str(), number(static_cast<double>(pool.participant_update_limit)),
               number(roster_sends_per_sign_in(scenario.workload, pool)), number(limit),
               number(roster_sends_per_sign_in(scenario.workload, usual))})});
  });
}

std::vector<Found> wcf_misprint(const Scenario& scenario, const Limits& limits) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    const double port = static_cast<double>(pool.wcf_port);
    if (port != limits.wcf_port_misprint.value) return;
    found.push_back({key + ".wcf_port", fill("The chat servers of {} would talk over {}, where the topology pages say {}.",
                                             {pool.name.str(), std::to_string(pool.wcf_port),
                                              std::to_string(static_cast<int>(limits.wcf_port.value))})});
  });
}

std::vector<Found> wcf_port(const Scenario& scenario, const Limits& limits) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    const double port = static_cast<double>(pool.wcf_port);
    if (port == limits.wcf_port.value || port == limits.wcf_port_misprint.value) return;
    found.push_back({key + ".wcf_port", fill("The chat servers of {} would talk over {}; the documented port is {}.",
                                             {pool.name.str(), std::to_string(pool.wcf_port),
                                              std::to_string(static_cast<int>(limits.wcf_port.value))})});
  });
}

// Ports that a chat server, or the Standard Edition server it is collocated with, uses for something else.
struct Taken {
  Count port;
  std::string_view use;
  bool only_with_front_end;
};
constexpr Taken taken[] = {
    {443, "file transfer", false},         {445, "file sharing", false},           {5061, "SIP of a Front End", true},
    {135, "remote procedure calls", true}, {444, "Front End to Front End", true},  {1433, "SQL Server", true},
    {4443, "web components inside", true}, {8080, "web components outside", true},
};

std::vector<Found> port_clash(const Scenario& scenario, const Limits&) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    if (pool.sip_port == pool.wcf_port) {
      found.push_back({key + ".wcf_port", fill("{} uses port {} both towards its Front Ends and between its servers.",
                                               {pool.name.str(), std::to_string(pool.wcf_port)})});
    }
    for (const Taken& other : taken) {
      if (other.only_with_front_end && !pool.collocated) continue;
      const auto clash = [&](Count port, const char* name) {
        if (port != other.port) return;
        found.push_back({key + "." + name, fill("{} uses port {}, which is taken by {}.",
                                                {pool.name.str(), std::to_string(port), std::string(other.use)})});
      };
      clash(pool.sip_port, "sip_port");
      clash(pool.wcf_port, "wcf_port");
    }
  });
}

}  // namespace

std::vector<CheckedRule> configuration_rules() {
  return {
      {{"PC-CFG-HISTORY", error, both, "The default chat history of a room is 1 to 500 messages.",
        "Default 30; kept in the memory of a chat server for each room.", source::configuration},
       chat_history},
      {{"PC-CFG-COMPLIANCE", error, both, "The compliance adapter runs every 1 minute to 30 days.", "Default 15 minutes.",
        source::compliance_options},
       compliance_interval},
      {{"PC-CFG-FILE-SIZE", note, both, "Files of up to 20,000 KB can be uploaded by default.",
        "The option can be raised; no page says what that costs.", source::options},
       file_size},
      {{"PC-CFG-ROSTER", warning, both, "Rooms with more than 75 participants send no roster updates by default.",
        "A higher limit makes each sign-in tell the participants of larger rooms.", source::configuration},
       participant_updates},
      {{"PC-PORT-881", note, both, "Chat servers of a pool talk to each other over port 8011; one table lists 881.",
        "The topology pages of both products say 8011; the port tables say 881, probably a misprint (assumption O-18).",
        source::ports},
       wcf_misprint},
      {{"PC-PORT-WCF", warning, both, "Chat servers of a pool talk to each other over port 8011.",
        "The port towards the Front Ends (5041) is documented as configurable, this one is not.", source::topology},
       wcf_port},
      {{"PC-PORT-CLASH", error, both, "A port has one use on one machine.",
        "443 and 445 are listed for chat servers; 5061, 135, 444, 4443 and 8080 for Front Ends; 1433 is that of a default "
        "instance of SQL Server.",
        source::ports},
       port_clash},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
