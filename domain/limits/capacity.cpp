#include "domain/limits/capacity.hpp"

#include "domain/limits/capacity_page.hpp"

namespace poolcast::limits {

std::vector<CapacityRow> capacity(const Scenario& scenario) {
  const Limits& limits = profile_of(scenario.topology.product).limits;
  CapacityPage page;
  add_rooms(page, scenario, limits);
  add_access(page, scenario, limits);
  add_invitations(page, scenario, limits);
  add_posts(page, scenario, limits);
  add_deliveries(page, scenario, limits);
  add_presence(page, scenario, limits);
  add_sign_in(page, scenario, limits);
  add_headroom(page, scenario, limits);
  add_storage(page, scenario, limits);
  return std::move(page.rows);
}

}  // namespace poolcast::limits
