// What the store does with a connection, one call at a time: the asynchronous face, the relay and poolcast-admin all end here.
// Everything throws odbc::Failure; nothing but edit_directory begins a transaction of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "reference-server/result.hpp"
#include "reference-server/store/directory.hpp"
#include "reference-server/store/message.hpp"
#include "reference-server/store/odbc.hpp"
#include "reference-server/store/personal.hpp"

namespace poolcast::store {

struct AppendItem {
  const Post* post = nullptr;
  std::optional<Uuid> event{};  // its id in the outbox, when it is recorded
};
struct AppendedBatch {
  std::vector<std::optional<Appended>> answers{};  // for each item what is stored; none: no such room
  std::chrono::microseconds in_database{};         // PostgreSQL's own time, without the commit
};
// On PostgreSQL one statement, which is a transaction of its own unless the caller has begun one.
AppendedBatch append_posts(odbc::Connection& connection, std::span<const AppendItem> items);

struct EventItem {
  const Event* event = nullptr;
  Uuid id{};
};
void record_events(odbc::Connection& connection, std::span<const EventItem> items);

std::vector<Message> read_history(odbc::Connection& connection, const HistoryQuery& query);
Found search_messages(odbc::Connection& connection, const SearchQuery& query);

Directory load_directory(odbc::Connection& connection);
Directory directory_changes(odbc::Connection& connection, std::int64_t since_revision);

// An edit that is refused for a reason of its own rather than the database's; nothing of it is stored.
class Refused : public std::runtime_error {
public:
  explicit Refused(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
  const Error& error() const { return error_; }

private:
  Error error_;
};
Directory edit_directory(odbc::Connection& connection, const std::vector<Edit>& edits);  // throws Refused
// The same inside the caller's transaction, which gives it a revision of its own and reads nothing back. Throws Refused.
std::int64_t apply_edits(odbc::Connection& connection, const std::vector<Edit>& edits);

std::vector<Preference> read_preferences(odbc::Connection& connection, PrincipalId user, const std::vector<std::string>& labels);
Result<Preference> set_preference(odbc::Connection& connection, const Preference& preference);
std::vector<Invitation> read_invitations(odbc::Connection& connection, PrincipalId user, std::int64_t newer_than);
Result<Invitation> add_invitation(odbc::Connection& connection, const Invitation& invitation);
void remove_invitation(odbc::Connection& connection, RoomId room, PrincipalId user);
Result<FileToken> read_file_token(odbc::Connection& connection, const Uuid& token, std::int64_t now_ms);
void add_file_token(odbc::Connection& connection, const FileToken& token);  // forgets expired ones by the way
void remove_file_token(odbc::Connection& connection, const Uuid& token);
std::vector<EndpointRooms> read_endpoints(odbc::Connection& connection, std::int64_t not_older_than_ms);
void save_endpoint(odbc::Connection& connection, const EndpointRooms& endpoint);

}  // namespace poolcast::store
