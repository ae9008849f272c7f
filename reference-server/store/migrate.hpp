// Tables come into being and grow by numbered scripts; a database that a newer program has changed is left alone.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "reference-server/store/odbc.hpp"

namespace poolcast::store {

// The scripts of a part of the schema, oldest first: the version is how many have run. Part of a name: "content", "compliance".
std::span<const std::string_view> content_scripts(Dialect dialect);
std::span<const std::string_view> compliance_scripts(Dialect dialect);

// 0 when there are no tables yet.
std::int64_t schema_version(odbc::Connection& connection, std::string_view part);

// Runs what is missing in one transaction. Throws odbc::Failure; Fault::other with a sentence when the schema is newer than
// scripts.
void migrate(odbc::Connection& connection, std::string_view part, std::span<const std::string_view> scripts);
// The same without changing anything.
void require_schema(odbc::Connection& connection, std::string_view part, std::span<const std::string_view> scripts);

}  // namespace poolcast::store
