// What failures cost, and whether the system comes back by itself, as JSON; docs/run-format.md describes it.
#pragma once

#include "domain/io/run_rows.hpp"
#include "domain/report.hpp"
#include "domain/scenario.hpp"

namespace poolcast::io {

Json recovery_json(const FailureRecovery& recovery);

// null without faults.
Json comes_back_json(const Scenario& scenario, const Report& report);

}  // namespace poolcast::io
