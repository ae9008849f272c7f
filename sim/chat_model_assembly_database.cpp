// The databases of a pool, built from the topology.
#include <algorithm>

#include "domain/runbook_effects.hpp"
#include "sim/chat_model.hpp"

namespace poolcast::sim {
namespace {

const SiteId& site_of_instance(const Topology& topology, const ChatPool& pool, const NodeId& name) {
  const SqlInstance* instance = find_sql_instance(topology, name);
  return instance && instance->site ? *instance->site : pool.site;
}

const Hardware& hardware_of_instance(const Topology& topology, const NodeId& name) {
  static const Hardware reference{};
  const SqlInstance* instance = find_sql_instance(topology, name);
  const Hardware* found = find_hardware(topology, instance ? instance->hardware : HardwareId{"reference-2015"});
  return found ? *found : reference;
}

// Whether something may happen to a database; without it, nothing of mirroring is recorded, as it would be constant.
bool concerns_databases(const Scenario& scenario) {
  const auto is_member = [&](const NodeId& node) {
    const auto runs = [&](const NodeId& instance) { return can_run_on(scenario.topology, instance, node); };
    return std::ranges::any_of(scenario.topology.databases, [&](const Database& database) {
      return runs(database.principal) || (database.mirror && runs(*database.mirror)) ||
             (database.witness && runs(*database.witness)) || (database.log_shipping && runs(database.log_shipping->secondary));
    });
  };
  return std::ranges::any_of(with_effects(scenario), [&](const Fault& fault) {
    if (fault.cut || fault.make_principal || fault.force_service || fault.suspend_mirroring || fault.resume_mirroring ||
        is_full_copy(fault) || fault.lose_disks)
      return true;
    if ((fault.slow && is_member(*fault.slow)) || (fault.hang && is_member(*fault.hang))) return true;
    if (fault.fail_over && find_chat_pool(scenario.topology, *fault.fail_over)) return true;
    return fault.lose && std::ranges::any_of(machines_of(scenario.topology, *fault.lose), is_member);
  });
}

bool fails_over(const Scenario& scenario, const ChatPool& pool) {
  return std::ranges::any_of(with_effects(scenario), [&](const Fault& fault) { return fault.fail_over == pool.name; });
}

// SQL Server, "recovery interval": by default about one checkpoint a minute. What is not on a cluster restarts without redo.
double checkpoint_of(const Topology& topology, const NodeId& name) {
  constexpr double recovery_interval = 60;
  const SqlInstance* instance = find_sql_instance(topology, name);
  return instance && !instance->cluster.empty() ? recovery_interval : 0;
}

}  // namespace

ChatModel::DatabaseHost ChatModel::make_database(const ChatPool& pool) {
  const Database* content = find_database(scenario_.topology, pool, Holds::content);
  DatabaseHost host;
  host.flush = costs_.flush;
  host.machines[0] = make_database_machine(pool, content->principal, true);
  Place log{.site = site_of_instance(scenario_.topology, pool, content->principal).str(),
            .pool = pool.name.str(),
            .node = content->principal.str(),
            .part = "log"};
  host.log_record = recorder_.add_station(log);
  if (rules::is_mirrored(*content))
    host.machines[1] = make_database_machine(pool, *content->mirror, concerns_databases(scenario_));
  const auto& shipping = content->log_shipping;
  if (!shipping || !fails_over(scenario_, pool)) return host;
  host.elsewhere[0] = make_database_machine(pool, shipping->secondary, true);
  if (shipping->secondary_mirror) host.elsewhere[1] = make_database_machine(pool, *shipping->secondary_mirror, true);
  return host;
}

ChatModel::DatabaseMachine ChatModel::make_database_machine(const ChatPool& pool, const NodeId& name, bool recorded) {
  const Hardware& hardware = hardware_of_instance(scenario_.topology, name);
  const SiteId& site = site_of_instance(scenario_.topology, pool, name);
  const Place place{.site = site.str(), .pool = pool.name.str(), .node = name.str(), .part = {}};
  return {.name = name,
          .site = platform_.site(site),
          .core_speed = hardware.speed,
          .cores = static_cast<double>(hardware.cores),
          .cpu = FcfsStation(static_cast<std::uint32_t>(hardware.cores)),
          .recorded = recorded,
          .record = recorded ? recorder_.add_station(place) : StationRecord{}};
}

DatabaseSession::Settings ChatModel::session_settings(const ChatPool& pool, const Database& database) const {
  const Topology& topology = scenario_.topology;
  DatabaseSession::Settings settings;
  settings.redo_bytes_per_s = costs_.redo;
  settings.open_s = costs_.database_open;
  settings.log_bytes_per_row = log_bytes(1);
  settings.log_capacity = {log_disk_of(topology, database.principal).count,
                           log_disk_of(topology, database.mirror.value_or(database.principal)).count};
  settings.checkpoint_s = {checkpoint_of(topology, database.principal),
                           database.mirror ? checkpoint_of(topology, *database.mirror) : 0};
  if (!rules::is_mirrored(database)) return settings;
  const SiteId& here = site_of_instance(topology, pool, database.principal);
  const SiteId& there = site_of_instance(topology, pool, *database.mirror);
  settings.bytes_per_s = link_between(topology, here, there).bandwidth.bytes_per_s;
  settings.trip_s = platform_.latency(platform_.site(here), platform_.site(there)) + costs_.flush;
  for (const auto& [number, name] : {std::pair{0U, database.principal}, std::pair{1U, *database.mirror}}) {
    const SqlInstance* instance = find_sql_instance(topology, name);
    settings.redo_threads[number] =
        rules::redo_threads(instance ? instance->edition : SqlEdition::standard, hardware_of_instance(topology, name).cores);
  }
  return settings;
}

DatabaseSession ChatModel::open_session(std::uint16_t number, const ChatPool& pool, const Database& database) {
  const auto schedule = [this, number](double at, std::uint32_t subject) {
    plane_->schedule({at, subject, static_cast<std::uint16_t>(Kind::database_due), number});
  };
  return DatabaseSession(database, session_settings(pool, database), schedule);
}

void ChatModel::manage_databases(std::uint16_t pool_number, const ChatPool& pool) {
  for (const Holds holds : {Holds::content, Holds::compliance}) {
    const Database* database = find_database(scenario_.topology, pool, holds);
    if (!database) continue;
    const auto number = static_cast<std::uint16_t>(databases_.size());
    ManagedDatabase managed{.pool = pool_number,
                            .holds = holds,
                            .session = open_session(number, pool, *database),
                            .recorded = concerns_databases(scenario_)};
    if (holds == Holds::content) pools_[pool_number].content = number;
    if (holds == Holds::content && database->log_shipping)
      pools_[pool_number].shipped.emplace(database->log_shipping->backup_interval.count());
    if (holds == Holds::content) {
      pools_[pool_number].settled = false;
      if (database->backup_interval) pools_[pool_number].backups.interval = database->backup_interval->count();
    }
    if (holds == Holds::compliance) pools_[pool_number].compliance_store = number;
    if (managed.recorded) {
      const Place place{.site = {}, .pool = pool.name.str(), .node = {}, .part = std::string(name_of(holds))};
      Fold& fold = recorder_.fold();
      managed.available = fold.add(Metric::database_available, place);
      managed.exposed = fold.add(Metric::database_exposed, place);
      managed.send_queue = fold.add(Metric::send_queue, place);
      managed.redo_queue = fold.add(Metric::redo_queue, place);
      managed.downtime_series = fold.add(Metric::database_downtime, place);
      if (holds == Holds::content) {
        const Place whole{.site = pool.site.str(), .pool = pool.name.str(), .node = {}, .part = {}};
        pools_[pool_number].at_risk_series = fold.add(Metric::messages_at_risk, whole);
        pools_[pool_number].stalled_series = fold.add(Metric::without_database, whole);
        pools_[pool_number].record.in_doubt.series = fold.add(Metric::messages_in_doubt, whole);
      }
    }
    databases_.push_back(std::move(managed));
  }
}

}  // namespace poolcast::sim
