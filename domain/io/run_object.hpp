// The JSON object of a run, with its rows (printed) or without (run.json, whose rows stand in report.csv).
#pragma once

#include <string_view>

#include "domain/io/run_folder.hpp"
#include "domain/io/run_rows.hpp"

namespace poolcast::io {

inline constexpr std::string_view run_format = "poolcast-run/1";

Json run_object(const Run& run, bool with_rows);

}  // namespace poolcast::io
