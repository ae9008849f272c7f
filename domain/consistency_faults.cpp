// Faults that say too little or too much, name nothing, or contradict each other.
#include <algorithm>

#include "domain/consistency.hpp"
#include "domain/runbook_effects.hpp"
#include "domain/spelling.hpp"
#include "domain/wording.hpp"

namespace poolcast::consistency {
namespace {

std::vector<std::string> chat_servers(const Topology& topology, bool standby_only) {
  std::vector<std::string> names;
  for (const ChatPool& pool : topology.chat_pools) {
    for (auto& name : names_of(pool.standby)) names.push_back(std::move(name));
    if (standby_only) continue;
    for (auto& name : names_of(pool.active)) names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> principals(const Topology& topology) {
  std::vector<std::string> names;
  for (const Database& database : topology.databases)
    if (database.holds == Holds::content) names.push_back(database.principal.str());
  return names;
}

// The SQL instances that keep a chat database.
std::vector<std::string> keepers(const Topology& topology) {
  std::vector<std::string> names;
  for (const Database& database : topology.databases) {
    if (database.holds != Holds::content && database.holds != Holds::compliance) continue;
    names.push_back(database.principal.str());
    if (database.mirror) names.push_back(database.mirror->str());
    if (database.log_shipping) names.push_back(database.log_shipping->secondary.str());
    if (database.log_shipping && database.log_shipping->secondary_mirror)
      names.push_back(database.log_shipping->secondary_mirror->str());
  }
  return names;
}

// What has a service that can hang. A witness that hangs is not felt.
std::vector<std::string> with_service(const Topology& topology) {
  std::vector<std::string> names = chat_servers(topology, false);
  if (topology.file_store) names.push_back(topology.file_store->server.str());
  for (auto& name : keepers(topology)) names.push_back(std::move(name));
  return names;
}

std::vector<std::string> machines_and_instances(const Topology& topology) {
  std::vector<std::string> names = names_of(all_nodes(topology));
  for (const SqlInstance& instance : topology.sql_instances)
    if (!instance.cluster.empty()) names.push_back(instance.name.str());
  return names;
}

// Whatever stands for machines: machines, pools, sites.
std::vector<std::string> everything(const Topology& topology) {
  std::vector<std::string> names = machines_and_instances(topology);
  for (auto& name : names_of(topology.front_end_pools)) names.push_back(std::move(name));
  for (auto& name : names_of(topology.chat_pools)) names.push_back(std::move(name));
  for (auto& name : names_of(topology.sites)) names.push_back(std::move(name));
  return names;
}

// Who may become a mirror again: the partners of mirrored databases, and a secondary and its mirror.
std::vector<std::string> possible_mirrors(const Topology& topology) {
  std::vector<std::string> names;
  for (const Database& database : topology.databases) {
    if (database.mirror) {
      names.push_back(database.principal.str());
      names.push_back(database.mirror->str());
    }
    if (!database.log_shipping || !database.log_shipping->secondary_mirror) continue;
    names.push_back(database.log_shipping->secondary.str());
    names.push_back(database.log_shipping->secondary_mirror->str());
  }
  return names;
}

std::vector<std::string> secondaries(const Topology& topology) {
  std::vector<std::string> names;
  for (const Database& database : topology.databases)
    if (database.holds == Holds::content && database.log_shipping) names.push_back(database.log_shipping->secondary.str());
  return names;
}

std::vector<std::string> all_pools(const Topology& topology) {
  auto pools = names_of(topology.front_end_pools);
  for (auto& pool : names_of(topology.chat_pools)) pools.push_back(std::move(pool));
  return pools;
}

std::vector<std::string> partners_of_mirrored(const Topology& topology) {
  std::vector<std::string> names;
  for (const Database& database : topology.databases) {
    if (!database.mirror) continue;
    names.push_back(database.principal.str());
    names.push_back(database.mirror->str());
  }
  return names;
}

void check_verbs(const Fault& fault, const std::string& key, Found& found) {
  const auto verbs = verbs_of(fault);
  if (verbs.size() == 1) return;
  std::vector<std::string> all;
  for (const std::string_view verb : all_verbs()) all.emplace_back(verb);
  const std::string expected = "; expected exactly one of " + one_of(all);
  found.push_back({key, (verbs.empty() ? "found nothing that happens" : "found several things that happen") + expected,
                   verbs.empty() ? "" : "write one fault for each"});
}

// A server that an earlier fault drained may be activated again, as in a rolling restart.
bool drained_before(const Scenario& scenario, const NodeId& node, Seconds at) {
  return std::ranges::any_of(scenario.faults, [&](const Fault& other) { return other.drain == node && other.at <= at; });
}

class Subjects {
public:
  Subjects(const Scenario& scenario, const Fault& fault, std::string key, Found& found)
      : scenario_(scenario), topology_(scenario.topology), fault_(fault), key_(std::move(key)), found_(found) {}

  void check() {
    machines(fault_.lose, "lose");
    machines(fault_.cut, "cut");
    machines(fault_.away_from, "away_from");
    one_of_these(fault_.lose_disks, "lose_disks", "an instance of a chat database", keepers(topology_));
    one_of_these(fault_.slow, "slow", "a server of the topology", machines_and_instances(topology_));
    one_of_these(fault_.drain, "drain", "a chat server", chat_servers(topology_, false));
    one_of_these(fault_.hang, "hang", "a chat server, an instance of a chat database or the file store", with_service(topology_));
    const auto partners = partners_of_mirrored(topology_);
    one_of_these(fault_.make_principal, "make_principal", "a partner of a mirrored database", partners);
    one_of_these(fault_.force_service, "force_service", "a partner of a mirrored database", partners);
    one_of_these(fault_.suspend_mirroring, "suspend_mirroring", "a partner of a mirrored database", partners);
    one_of_these(fault_.resume_mirroring, "resume_mirroring", "a partner of a mirrored database", partners);
    one_of_these(fault_.new_mirror, "new_mirror", "a partner of a mirrored database", possible_mirrors(topology_));
    one_of_these(fault_.new_secondary, "new_secondary", "the log-shipping secondary of a content database",
                 secondaries(topology_));
    one_of_these(fault_.restore, "restore", "a chat pool", names_of(topology_.chat_pools));
    one_of_these(fault_.fail_back, "fail_back", "a Front End pool or a chat pool", all_pools(topology_));
    set_active();
    one_of_these(fault_.slow_disk, "slow_disk", "the principal of a content database", principals(topology_));
    one_of_these(fault_.fill_disk, "fill_disk", "the principal of a content database", principals(topology_));
    one_of_these(fault_.swap, "swap", "a chat pool", names_of(topology_.chat_pools));
    one_of_these(fault_.sync_directory, "sync_directory", "a chat pool", names_of(topology_.chat_pools));
    activated();
    link(fault_.slow_link, "slow_link");
    link(fault_.lossy_link, "lossy_link");
    link(fault_.narrow_link, "narrow_link");
    if (!fault_.narrow_link.empty() && (fault_.narrow_link.size() != 2 || fault_.narrow_link[0] == fault_.narrow_link[1]))
      found_.push_back({key("narrow_link"), "expected a link between two different sites",
                        "the network within a site is taken to be wide enough"});
    fails_over();
  }

private:
  std::string key(std::string_view name) const { return key_ + "." + std::string(name); }

  void machines(const std::optional<Names>& names, std::string_view verb) {
    if (!names) return;
    for (std::size_t i = 0; i < names->each.size(); ++i) {
      const std::string& name = names->each[i];
      const std::string at = names->each.size() == 1 ? key(verb) : item(key(verb), i);
      if (machines_of(topology_, name).empty())
        found_.push_back(unknown_name(at, name, "a machine, a pool or a site of the topology", everything(topology_)));
      else if (const auto known = everything(topology_); std::ranges::count(known, name) > 1)
        found_.push_back({at, "`" + name + "` is the name of a pool, of a site or of a machine at once; expected one meaning",
                          "give one of them another name"});
    }
  }

  template <class Tag>
  void one_of_these(const std::optional<Id<Tag>>& name, std::string_view verb, std::string_view expected,
                    const std::vector<std::string>& known) {
    if (name && std::ranges::find(known, name->str()) == known.end())
      found_.push_back(unknown_name(key(verb), name->str(), expected, known));
  }

  void activated() {
    if (!fault_.activate || is_standby(topology_, *fault_.activate)) return;
    if (is_active(topology_, *fault_.activate) && drained_before(scenario_, *fault_.activate, fault_.at)) return;
    found_.push_back(
        unknown_name(key("activate"), fault_.activate->str(), "a standby chat server", chat_servers(topology_, true)));
  }

  void set_active() {
    const ChatPool* pool = fault_.set_active ? pool_of(topology_, fault_) : nullptr;
    if (!pool || fault_.set_active == Names({std::string(nobody)})) return;
    for (const std::string& name : fault_.set_active->each) {
      if (machines_of(topology_, name).empty())
        found_.push_back(unknown_name(key("set_active"), name, "`nobody`, a chat server or a site", everything(topology_)));
      else if (servers_named(topology_, *pool, Names({name})).empty())
        found_.push_back({key("set_active"), "no server of chat pool `" + pool->name.str() + "` is part of `" + name + "`",
                          "give the pool servers there, as `standby`, or name others"});
    }
  }

  void link(const std::vector<SiteId>& sites, std::string_view verb) {
    for (std::size_t i = 0; i < sites.size(); ++i)
      if (!find_site(topology_, sites[i]))
        found_.push_back(unknown_name(item(key(verb), i), sites[i].str(), "a site", names_of(topology_.sites)));
  }

  // A Front End pool fails over to another one, a chat pool to the secondary of its content database.
  void fails_over() {
    if (!fault_.fail_over) return;
    const std::string& name = fault_.fail_over->str();
    if (find_front_end_pool(topology_, *fault_.fail_over)) return to_another_pool(name);
    const ChatPool* chat = find_chat_pool(topology_, *fault_.fail_over);
    if (!chat) {
      found_.push_back(unknown_name(key("fail_over"), name, "a Front End pool or a chat pool", all_pools(topology_)));
      return;
    }
    const Database* content = find_database(topology_, *chat, Holds::content);
    if (content && !content->log_shipping)
      found_.push_back({key("fail_over"), "the content database of `" + name + "` is not shipped to another site",
                        "give the database `log_shipping`, or fail a Front End pool over"});
    if (fault_.to) found_.push_back({key("to"), "a chat pool fails over to its log-shipping secondary; expected no `to`", ""});
  }

  void to_another_pool(const std::string& name) {
    const SecondsRange takes = fault_.takes.value_or(front_end_failover);
    if (fault_.duration && *fault_.duration <= takes.high)
      found_.push_back({key("for"), "the failback may come before the failover is done; expected a longer `for`",
                        "operators need up to " + seconds_in_words(takes.high.count()) + " to fail over (`takes`)"});
    const auto pools = names_of(topology_.front_end_pools);
    if (!fault_.to)
      found_.push_back(
          {key("fail_over"), "the key `to` is missing: the Front End pool that takes the users of `" + name + "`", ""});
    else if (!find_front_end_pool(topology_, *fault_.to))
      found_.push_back(unknown_name(key("to"), fault_.to->str(), "a Front End pool", pools));
    else if (fault_.to == fault_.fail_over)
      found_.push_back({key("to"), "found the pool that fails over itself; expected another Front End pool", ""});
  }

  const Scenario& scenario_;
  const Topology& topology_;
  const Fault& fault_;
  std::string key_;
  Found& found_;
};

bool is_done_once(const Fault& fault) { return is_full_copy(fault) || fault.fail_back || fault.set_active || fault.follow; }

void check_repetition(const Fault& fault, const std::string& key, Found& found) {
  const auto wrong = [&](std::string_view name, std::string message) {
    found.push_back({key + "." + std::string(name), std::move(message), ""});
  };
  if (fault.every && fault.about_every) wrong("about_every", "found both `every` and `about_every`; expected one of them");
  if (fault.times && !fault.every) wrong("times", "found `times` without `every`; expected both");
  if (fault.every && is_done_once(fault))
    wrong("every",
          "what operators do here has no end after which it could happen again; expected `at` alone, once for each time");
  else if (fault.every && (!fault.duration || *fault.duration >= *fault.every))
    wrong("every", "what happens again has to end first; expected a `for` that is shorter than `every`");
  if (fault.for_about && !fault.about_every) wrong("for_about", "found `for_about` without `about_every`; expected both");
  if (fault.about_every && fault.duration.has_value() == fault.for_about.has_value())
    wrong("about_every", "what happens at random needs an end; expected one of `for` and `for_about`");
  if (fault.duration && is_done_once(fault)) wrong("for", "found `for` where nothing lasts that could end; expected `at` alone");
  if (fault.about_every && is_of_operators(fault))
    wrong("about_every", "operators do nothing at random; expected `at` alone, or `every`");
}

void check_manner(const Topology& topology, const Fault& fault, const std::string& key, Found& found) {
  const auto wrong = [&](std::string_view name, std::string message) {
    found.push_back({key + "." + std::string(name), std::move(message), ""});
  };
  if (fault.takes && !fault.fail_over && !is_full_copy(fault))
    wrong("takes", "found `takes` without `fail_over`, `restore`, `new_mirror` or `new_secondary`; expected one of them");
  if (fault.to && !fault.fail_over && !fault.follow)
    wrong("to", "found `to` without `fail_over` or `follow`; expected one of them");
  if (fault.loss && fault.lossy_link.empty()) wrong("loss", "found `loss` without `lossy_link`; expected both");
  if (!fault.lossy_link.empty() && !fault.loss) wrong("lossy_link", "the key `loss` is missing: the share of packets lost");
  if (fault.loss && fault.loss->of_one > 0.5)
    wrong("loss", "found a link that loses more than half of its packets; expected at most 50%, or a `cut`");
  if (fault.lose_disks && fault.kind == LossKind::silent)
    wrong("kind", "found silent, and an instance without its disks says so at once; expected reset or destroyed");
  if (fault.away_from && !fault.cut) wrong("away_from", "found `away_from` without `cut`; expected both");
  if (!fault.cut) return;
  if (!fault.away_from && machines_of(topology, *fault.cut).size() == all_nodes(topology).size())
    return wrong("cut", "found a cut of every machine, with none on the other side; expected an `away_from`, or fewer machines");
  if (!fault.away_from) return;
  const auto other = machines_of(topology, *fault.away_from);
  for (const NodeId& machine : machines_of(topology, *fault.cut))
    if (std::ranges::find(other, machine) != other.end())
      return wrong("away_from", "`" + machine.str() + "` stands on both sides of the cut; expected it on one");
}

}  // namespace

void check_subjects(const Scenario& scenario, const Fault& fault, const std::string& key, Found& found) {
  Subjects(scenario, fault, key, found).check();
}

void check_faults(const Scenario& scenario, Found& found) {
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    const Fault& fault = scenario.faults[i];
    const std::string key = item("faults", i);
    check_verbs(fault, key, found);
    check_subjects(scenario, fault, key, found);
    check_pool(scenario.topology, fault, key, found);
    check_follow(scenario, fault, key, found);
    check_repetition(fault, key, found);
    check_manner(scenario.topology, fault, key, found);
    if (check_occurrences(fault, scenario.horizon, key, found)) check_overlaps(scenario, i, key, found);
    if (fault.at >= scenario.horizon) {
      found.push_back({key + ".at", "found a fault at or after the horizon; expected an earlier one", "or a later `horizon`"});
    }
  }
}

}  // namespace poolcast::consistency
