#include "reference-server/compliance/adapter.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "reference-server/compliance/document.hpp"

namespace poolcast::compliance {

namespace {

using store::Dialect;
using store::odbc::Column;
using store::odbc::Connection;
using store::odbc::Rows;
using store::odbc::Transaction;

constexpr std::int64_t chosen = 1;
constexpr std::int64_t finished = 2;
constexpr auto integer = Column::integer;
constexpr auto text = Column::text;

// A descriptor that closes itself.
class Descriptor {
public:
  Descriptor(const std::string& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

private:
  int number_;
};

Error file_error(const std::string& path) { return {ErrorCode::unavailable, path + ": " + std::strerror(errno), false}; }

bool write_all(int descriptor, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(descriptor, data.data(), data.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) data.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A reader of the folder sees whole files only; after a power failure too.
Result<Done> write_file(const std::filesystem::path& folder, const std::string& name, std::string_view data,
                        const Checkpoint& checkpoint) {
  const std::string beside = (folder / ("." + name + ".part")).string();
  {
    reach(checkpoint, "write a file");
    const Descriptor file(beside, O_CREAT | O_TRUNC | O_WRONLY);
    if (file.number() < 0 || !write_all(file.number(), data) || ::fsync(file.number()) != 0) return file_error(beside);
  }
  reach(checkpoint, "rename a file");
  const std::string there = (folder / name).string();
  if (::rename(beside.c_str(), there.c_str()) != 0) return file_error(there);
  const Descriptor directory(folder.string(), O_RDONLY | O_DIRECTORY);
  if (directory.number() < 0 || ::fsync(directory.number()) != 0) return file_error(folder.string());
  return Done{};
}

// One adapter at a time: of those on this machine by a lock on the folder, of those on one PostgreSQL by a lock there.
class Turn {
public:
  Turn(Connection& compliance, const std::filesystem::path& folder)
      : compliance_(compliance), file_((folder / ".lock").string(), O_CREAT | O_RDWR) {
    mine_ = file_.number() >= 0 && ::flock(file_.number(), LOCK_EX | LOCK_NB) == 0;
    if (mine_ && compliance_.dialect() == Dialect::postgresql) {
      mine_ = compliance_.select("SELECT CAST(pg_try_advisory_lock(7023519840128) AS int)", {}, {integer}).integer(0, 0) == 1;
      in_database_ = mine_;
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  Turn(Turn&&) = delete;
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (!in_database_) return;
    try {
      compliance_.execute("SELECT pg_advisory_unlock(7023519840128)");
    } catch (const store::odbc::Failure&) {
      return;  // the connection is dead, and the lock with it
    }
  }
  bool mine() const { return mine_; }

private:
  Connection& compliance_;
  Descriptor file_;
  bool mine_ = false;
  bool in_database_ = false;
};

struct Run {
  std::int64_t id = 0;
  std::int64_t started_ms = 0;
};

// The run that was cut short, else a new one with what waits; none when nothing waits.
std::optional<Run> choose(Connection& compliance, std::int64_t now_ms, const Checkpoint& checkpoint) {
  const auto open =
      compliance.select("SELECT id, started_ms FROM compliance_run WHERE state = ? ORDER BY id", {chosen}, {integer, integer});
  if (!open.empty()) return Run{open.integer(0, 0), open.integer(0, 1)};
  reach(checkpoint, "choose the events");
  Transaction transaction(compliance);
  const std::int64_t id = compliance.select("SELECT coalesce(max(id), 0) + 1 FROM compliance_run", {}, {integer}).integer(0, 0);
  const std::int64_t events = compliance.change(
      "UPDATE compliance_event SET exported_run = ? WHERE ev_id IN (SELECT ev_id FROM compliance_event WHERE exported_run IS "
      "NULL "
      "ORDER BY at_ms, source_id LIMIT ?)",
      {id, largest_run});
  if (events == 0) return std::nullopt;
  compliance.change("INSERT INTO compliance_run(id, started_ms, state, events, files) VALUES (?, ?, ?, ?, 0)",
                    {id, now_ms, chosen, events});
  reach(checkpoint, "commit the choice");
  transaction.commit();
  return Run{id, now_ms};
}

Conversation read_conversation(Connection& compliance, std::int64_t run, const std::string& room) {
  Rows rows = compliance.select(
      "SELECT kind, at_ms, user_id, user_uri, user_name, user_email, seq, content, room_name, room_description FROM "
      "compliance_event "
      "WHERE exported_run = ? AND room_guid = ? ORDER BY at_ms, source_id",
      {run, room}, {integer, integer, integer, text, text, text, integer, text, text, text});
  Conversation conversation;
  conversation.room_guid = room;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    conversation.room_name = rows.take_text(row, 8);  // the newest name of the run
    conversation.room_description = rows.take_text(row, 9);
    conversation.events.push_back({.kind = static_cast<int>(rows.integer(row, 0)),
                                   .at_ms = rows.integer(row, 1),
                                   .user_id = rows.integer(row, 2),
                                   .user_uri = rows.take_text(row, 3),
                                   .user_name = rows.take_text(row, 4),
                                   .user_email = rows.take_text(row, 5),
                                   .seq = rows.integer(row, 6),
                                   .content = rows.take_text(row, 7)});
  }
  return conversation;
}

// The same for the same run, whoever does it: "20240501T080102Z-000000042.xml", with the room's GUID where each has its own.
std::string file_name(const Run& run, const std::string& room) {
  std::string time = utc_text(run.started_ms).substr(0, 19);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  std::string number = std::to_string(run.id);
  if (number.size() < 9) number.insert(0, 9 - number.size(), '0');
  return time + "Z-" + number + (room.empty() ? "" : "-" + room) + ".xml";
}

// How many files.
Result<std::int64_t> write_files(Connection& compliance, const Settings& settings, const Run& run, const Checkpoint& checkpoint) {
  const Rows rooms = compliance.select(
      "SELECT DISTINCT CAST(room_guid AS varchar(36)) AS room FROM compliance_event WHERE exported_run = ? "
      "ORDER BY room",
      {run.id}, {text});
  std::int64_t files = 0;
  std::string xml = document_begin();
  const auto put = [&](const std::string& name) {
    ++files;
    return write_file(settings.folder, name, xml + document_end(), checkpoint);
  };
  for (std::size_t row = 0; row < rooms.size(); ++row) {
    append_conversation(xml, read_conversation(compliance, run.id, rooms.text(row, 0)), settings);
    if (!settings.one_room_per_file) continue;
    if (const auto written = put(file_name(run, rooms.text(row, 0))); !written) return written.error();
    xml = document_begin();
  }
  if (!settings.one_room_per_file) {
    if (const auto written = put(file_name(run, "")); !written) return written.error();
  }
  return files;
}

}  // namespace

Result<RunDone> adapter_run(Connection& compliance, const Settings& settings, std::int64_t now_ms, const Checkpoint& checkpoint) {
  std::error_code problem;
  if (std::filesystem::create_directories(settings.folder, problem))
    std::filesystem::permissions(settings.folder, std::filesystem::perms::owner_all, problem);
  if (problem) return Error{ErrorCode::unavailable, settings.folder + ": " + problem.message(), false};
  const Turn turn(compliance, settings.folder);
  if (!turn.mine()) return RunDone{};
  const std::optional<Run> run = choose(compliance, now_ms, checkpoint);
  if (!run) return RunDone{};
  const auto files = write_files(compliance, settings, *run, checkpoint);
  if (!files) return files.error();
  reach(checkpoint, "mark the run as finished");
  Transaction transaction(compliance);
  compliance.change("UPDATE compliance_run SET state = ?, finished_ms = ?, files = ? WHERE id = ?",
                    {finished, now_ms, *files, run->id});
  reach(checkpoint, "commit the mark");
  transaction.commit();
  const std::int64_t events =
      compliance.select("SELECT events FROM compliance_run WHERE id = ?", {run->id}, {integer}).integer(0, 0);
  return RunDone{run->id, events, *files};
}

Status read_status(Connection& content, Connection& compliance) {
  Status status;
  const Rows outbox = content.select("SELECT count(*), coalesce(min(at_ms), 0) FROM compliance_outbox", {}, {integer, integer});
  status.outbox = outbox.integer(0, 0);
  status.oldest_outbox_ms = outbox.integer(0, 1);
  const Rows events = compliance.select(
      "SELECT count(*), coalesce(sum(CASE WHEN r.state = 2 THEN 1 ELSE 0 END), 0) FROM compliance_event e LEFT JOIN "
      "compliance_run r ON "
      "r.id = e.exported_run",
      {}, {integer, integer});
  status.exported = events.integer(0, 1);
  status.pending = events.integer(0, 0) - status.exported;
  const Rows run = compliance.select("SELECT id, finished_ms FROM compliance_run WHERE state = 2 ORDER BY id DESC LIMIT 1", {},
                                     {integer, integer});
  if (!run.empty()) {
    status.last_run = run.integer(0, 0);
    status.last_finished_ms = run.integer(0, 1);
  }
  return status;
}

}  // namespace poolcast::compliance
