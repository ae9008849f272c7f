// The columns of a report, as JSON and as CSV: named once.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "domain/report.hpp"

namespace poolcast::io {

using Json = nlohmann::ordered_json;  // keys in the order in which they were written

Json row_json(const ReportRow& row);
std::string rows_csv(const std::vector<ReportRow>& rows);

Json optional_json(const std::optional<double>& value);

}  // namespace poolcast::io
