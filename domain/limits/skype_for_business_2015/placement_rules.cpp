// What may stand on what: editions, growth, machines, the file store.
#include <algorithm>

#include "domain/limits/look.hpp"
#include "domain/limits/skype_for_business_2015/profile.hpp"
#include "domain/limits/skype_for_business_2015/sources.hpp"
#include "domain/limits/text.hpp"

namespace poolcast::limits::skype_for_business_2015 {
namespace {

using enum Severity;

// Runs `look` on each pool and its index and keeps what it finds.
template <class Look>
std::vector<Found> each_pool(const Scenario& scenario, Look look) {
  std::vector<Found> found;
  for (std::size_t pool = 0; pool < scenario.topology.chat_pools.size(); ++pool) {
    const std::string key = key_of("topology.chat_pools", pool);
    look(scenario.topology.chat_pools[pool], key, found);
  }
  return found;
}

std::string count_of(const std::vector<NodeId>& nodes) { return number(static_cast<double>(nodes.size())); }

std::vector<Found> enterprise_collocated(const Scenario& scenario, const Limits&) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    if (!pool.collocated || !behind(scenario, pool, Edition::enterprise)) return;
    found.push_back({key + ".collocated", fill("{} runs on the Front End servers of {}, which is Enterprise Edition.",
                                               {pool.name.str(), pool.next_hop.str()})});
  });
}

std::vector<Found> collocated_grows(const Scenario& scenario, const Limits&) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    const auto servers = servers_of(pool);
    if (!pool.collocated || servers.size() < 2) return;
    found.push_back({key + ".active", fill("{} is collocated with {} and has {} servers: {}.",
                                           {pool.name.str(), pool.next_hop.str(), count_of(servers), names_of(servers)})});
  });
}

std::vector<Found> standard_edition_availability(const Scenario& scenario, const Limits&) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    if (!behind(scenario, pool, Edition::standard)) return;
    const auto servers = servers_of(pool);
    const Database* content = find_database(scenario.topology, pool, Holds::content);
    const bool mirrored = content && content->mirror;
    if (servers.size() < 2 && !mirrored) return;
    found.push_back(
        {key + ".next_hop", fill("{} has {}{}, but high availability is documented as not an option with Standard Edition "
                                 "({}).",
                                 {pool.name.str(), counted(static_cast<double>(servers.size()), "chat server"),
                                  mirrored ? " and a mirrored database" : "", pool.next_hop.str()})});
  });
}

std::vector<Found> single_computer_full(const Scenario& scenario, const Limits&) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    const auto servers = servers_of(pool);
    if (pool.growth != PoolGrowth::single_computer || servers.size() < 2) return;
    found.push_back({key + ".growth", fill("{} was created as a single-computer pool and has {} servers: {}.",
                                           {pool.name.str(), count_of(servers), names_of(servers)})});
  });
}

std::vector<Found> single_computer_trap(const Scenario& scenario, const Limits&) {
  return each_pool(scenario, [&](const ChatPool& pool, const std::string& key, std::vector<Found>& found) {
    if (pool.growth != PoolGrowth::single_computer || pool.collocated || servers_of(pool).size() != 1) return;
    found.push_back({key + ".growth", fill("{} with its one server {} can never take a second one.",
                                           {pool.name.str(), names_of(servers_of(pool))})});
  });
}

std::vector<Found> multi_homed(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    for (std::size_t server = 0; server < pools[pool].servers.size(); ++server) {
      if (!pools[pool].servers[server].multi_homed) continue;
      found.push_back({key_of(key_of("topology.chat_pools", pool, "servers"), server, "multi_homed"),
                       fill("{} has more than one network address.", {pools[pool].servers[server].name.str()})});
    }
  }
  return found;
}

// What a machine has less of than the reference machine: "8 cores of 12, 16 GB memory of 32 GB".
std::string shortage(const Hardware& machine, const Limits& limits) {
  std::vector<std::string> words;
  const auto compare = [&](double has, double wants, std::string has_text, std::string wants_text) {
    if (has < wants) words.push_back(fill("{} of {}", {std::move(has_text), std::move(wants_text)}));
  };
  const auto count = [](double value) { return number(value); };
  const double cores = static_cast<double>(machine.cores);
  const double disks = static_cast<double>(machine.disks);
  compare(cores, limits.cores.value, count(cores) + " cores", count(limits.cores.value));
  compare(machine.clock.hz, limits.clock_hz.value, count(machine.clock.hz / 1e9) + " GHz",
          count(limits.clock_hz.value / 1e9) + " GHz");
  compare(machine.memory.count, limits.memory_bytes.value, bytes(machine.memory.count) + " memory",
          bytes(limits.memory_bytes.value));
  compare(disks, limits.disks.value, count(disks) + " disks", count(limits.disks.value));
  compare(machine.free_disk.count, limits.free_disk_bytes.value, bytes(machine.free_disk.count) + " free disk",
          bytes(limits.free_disk_bytes.value));
  compare(machine.network.bytes_per_s, limits.network_bytes_per_s.value, count(machine.network.bytes_per_s * 8 / 1e9) + " Gb/s",
          count(limits.network_bytes_per_s.value * 8 / 1e9) + " Gb/s");
  return listed(words);
}

void look_at_machine(const Scenario& scenario, const Limits& limits, const HardwareId& name, const std::string& user,
                     std::string key, std::vector<Found>& found) {
  const Hardware* machine = find_hardware(scenario.topology, name);
  if (!machine) return;
  const std::string less = shortage(*machine, limits);
  if (!less.empty()) found.push_back({std::move(key), fill("{} runs on {}, which has {}.", {user, name.str(), less})});
}

std::vector<Found> hardware(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const Topology& topology = scenario.topology;
  for (std::size_t pool = 0; pool < topology.chat_pools.size(); ++pool) {
    const ChatPool& chat = topology.chat_pools[pool];
    look_at_machine(scenario, limits, chat.hardware, chat.name.str(), key_of("topology.chat_pools", pool, "hardware"), found);
    for (std::size_t server = 0; server < chat.servers.size(); ++server) {
      if (!chat.servers[server].hardware) continue;
      look_at_machine(scenario, limits, *chat.servers[server].hardware, chat.servers[server].name.str(),
                      key_of(key_of("topology.chat_pools", pool, "servers"), server, "hardware"), found);
    }
  }
  for (std::size_t index = 0; index < topology.sql_instances.size(); ++index) {
    const SqlInstance& instance = topology.sql_instances[index];
    const auto keeps_copy = [&](const Database& database) {
      return std::ranges::count(copies_of(database), instance.name, &Copy::instance) > 0;
    };
    if (std::ranges::none_of(topology.databases, keeps_copy)) continue;  // a witness may be any machine
    look_at_machine(scenario, limits, instance.hardware, instance.name.str(), key_of("topology.sql_instances", index, "hardware"),
                    found);
  }
  return found;
}

std::vector<Found> virtual_servers(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    for (std::size_t server = 0; server < pools[pool].servers.size(); ++server) {
      const ChatServer& own = pools[pool].servers[server];
      const Hardware* machine = find_hardware(scenario.topology, own.hardware.value_or(pools[pool].hardware));
      if (!own.virtualised || !machine || shortage(*machine, limits).empty()) continue;
      found.push_back({key_of(key_of("topology.chat_pools", pool, "servers"), server, "virtualised"),
                       fill("{} is virtual with {}; it is supported for {} users only with as much as a physical server.",
                            {own.name.str(), shortage(*machine, limits), number(limits.users_per_virtual_server.value)})});
    }
  }
  return found;
}

std::vector<Found> file_store_on_database(const Scenario& scenario, const Limits&) {
  const auto& store = scenario.topology.file_store;
  if (!store) return {};
  std::vector<NodeId> instances;
  for (const SqlInstance& instance : scenario.topology.sql_instances) instances.push_back(instance.name);
  for (const Database& database : scenario.topology.databases) {
    for (const Copy& copy : copies_of(database)) instances.push_back(copy.instance);
  }
  if (std::ranges::find(instances, store->server) == instances.end()) return {};
  return {{"topology.file_store.server", fill("{} is a database server and holds the file share.", {store->server.str()})}};
}

std::vector<Found> file_store_local(const Scenario& scenario, const Limits&) {
  const auto& store = scenario.topology.file_store;
  if (!store || !store->local_path) return {};
  return each_pool(scenario, [&](const ChatPool& pool, const std::string&, std::vector<Found>& found) {
    const auto servers = servers_of(pool);
    if (servers.size() < 2) return;
    found.push_back({"topology.file_store.local_path", fill("The {} servers of {} cannot share the local path on {}.",
                                                            {count_of(servers), pool.name.str(), store->server.str()})});
  });
}

}  // namespace

std::vector<CheckedRule> placement_rules() {
  return {
      {{"PC-EE-COLLOCATED", error, both, "With Enterprise Edition chat never runs on a Front End server.",
        "A separate machine is mandatory; collocation is a matter of Standard Edition only.", source::topology},
       enterprise_collocated},
      {{"PC-SE-GROW", error, both, "A chat server on a Standard Edition Front End can never be joined by another server.",
        "The pool has the name of the Standard Edition server.", source::topology},
       collocated_grows},
      {{"PC-SE-HA", warning, both, "High availability of chat is not an option with Standard Edition.",
        "The documents let a separate chat server behind Standard Edition be joined by others, and call high availability not an "
        "option there.",
        source::topology},
       standard_edition_availability},
      {{"PC-SINGLE-COMPUTER", error, both, "A single-computer pool has one server.",
        "Whether a pool can be widened is settled when it is created.", source::add_server},
       single_computer_full},
      {{"PC-SINGLE-COMPUTER-TRAP", warning, both,
        "Create a multiple-computer pool even for one server; a single-computer pool can never be widened.", "",
        source::add_server},
       single_computer_trap},
      {{"PC-MULTI-HOMED", error, only_2015, "Chat servers with more than one network address are not supported.", "",
        source::server_requirements},
       multi_homed},
      {{"PC-HARDWARE", warning, only_2015,
        "Chat servers, chat stores and compliance stores have at least 12 cores of 2.26 GHz, 32 GB memory, 8 disks, 72 GB free "
        "and 1 Gb/s.",
        "The documented capacity holds for this machine. 2 processors × 6 cores = 12. A witness may be any machine.",
        source::server_requirements},
       hardware},
      {{"PC-VIRTUAL", warning, "Lync Server 2013",
        "A virtual chat server is supported for the same 20,000 users when its machine has what the physical one has.", "",
        source::deploying_2013},
       virtual_servers},
      {{"PC-FILES-DATABASE", warning, only_2015, "The file share should not stand on a database server.",
        "Supported, but discouraged.", source::collocation},
       file_store_on_database},
      {{"PC-FILES-UNC", error, both, "A pool of several servers reaches its file store by a UNC path.",
        "A local path is allowed for a single server only.", source::add_server},
       file_store_local},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
