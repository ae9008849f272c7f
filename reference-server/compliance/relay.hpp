// Moves events from the content database's outbox to the compliance database: at least once by its order, once by their ids.
#pragma once

#include "reference-server/compliance/settings.hpp"
#include "reference-server/store/odbc.hpp"

namespace poolcast::compliance {

// However many wait, so many are moved in one pass.
constexpr std::size_t largest_pass = 500;

// Connects durably and creates or upgrades the tables. Throws odbc::Failure.
std::unique_ptr<store::odbc::Connection> open_compliance(const std::string& connection, bool allow_not_durable);

// Reads from the outbox, stores and commits there, and only then deletes here, by id: ids of uncommitted events may still appear
// below the highest. How many were moved; fewer than largest_pass: the outbox is empty. Throws odbc::Failure.
std::size_t relay_pass(store::odbc::Connection& content, store::odbc::Connection& compliance, const Checkpoint& checkpoint = {});

}  // namespace poolcast::compliance
