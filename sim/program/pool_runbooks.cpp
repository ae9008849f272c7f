#include "sim/program/pool_runbooks.hpp"

#include <optional>

#include "domain/io/library_folders.hpp"
#include "domain/io/runbook_file.hpp"
#include "sim/analytic/followed.hpp"

namespace poolcast::sim {
namespace {

ChosenRunbook chosen(const std::optional<std::string>& flag, const std::optional<Runbook>& followed, const std::string& usual,
                     const Flags& flags) {
  if (!flag && followed) return {followed->name, "scenario", *followed};
  const io::LoadOptions options{.library = io::library_folders(flags.library), .overrides = {}};
  const std::string name = flag.value_or(usual);
  return {name, flag ? "flag" : "library", io::load_runbook(name, options).runbook};
}

}  // namespace

std::vector<PoolRunbooks> runbooks_of(const Scenario& scenario, const Flags& flags) {
  std::vector<PoolRunbooks> all;
  for (const analytic::FollowedRunbooks& own : analytic::followed_runbooks(scenario))
    all.push_back({chosen(flags.failover, own.failover, "site-failover", flags),
                   chosen(flags.failback, own.failback, "site-failback", flags)});
  return all;
}

}  // namespace poolcast::sim
