// What the chat model knows at one moment: jobs under way, servers, databases, pools, and the losses that somebody asks about.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/day_curve.hpp"
#include "domain/rules/redirect.hpp"
#include "domain/scenario.hpp"
#include "sim/cost.hpp"
#include "sim/database_session.hpp"
#include "sim/platform.hpp"
#include "sim/population.hpp"
#include "sim/recorder.hpp"
#include "sim/shipped_log.hpp"
#include "sim/station.hpp"

namespace poolcast::sim::chat {

enum class Role : std::uint8_t { gate, command, fan_out, roster };

struct Job {
  double began = 0;    // when the user began the operation
  double started = 0;  // when the cores began
  double step = 0;     // fan-out: time per recipient
  double lead = 0;     // fan-out: time before the first recipient
  UserNumber user = 0;
  RoomNumber room = 0;
  std::uint32_t recipients = 0;
  std::uint32_t server_epoch = 0;
  std::uint32_t database_epoch = 0;
  std::uint16_t server = 0;  // over all pools
  std::uint16_t pool = 0;
  std::uint16_t user_epoch = 0;
  std::uint16_t refusals = 0;
  std::uint16_t position = 0;  // within the sign-in sequence
  std::uint16_t opened = 0;    // rooms to join one by one
  std::uint16_t forwards = 0;
  std::uint16_t front_end = 0;  // that it goes through
  std::uint16_t front_end_epoch = 0;
  bool in_flight = false;  // sent and not answered, refused or lost
  Role role = Role::command;
  Operation operation = Operation::sign_in;
  Command command = Command::sign_in;
};

struct Server {
  NodeId name;
  std::uint16_t pool = 0;
  ServerNumber number = 0;
  SiteNumber site = 0;
  double core_speed = 1;  // of the hardware
  double slowdown = 1;    // by a fault
  double cores = 1;
  bool up = true;
  bool in_active_list = true;
  bool reachable = true;  // from the pool's Front End servers
  bool hung = false;
  std::int16_t hang = -1;  // the loss that its users are displaced by when they notice
  std::uint32_t epoch = 0;
  FcfsStation workers;
  FcfsStation cpu;
  std::uint64_t backlog = 0;     // compliance events in the local queue
  std::uint64_t draining = 0;    // of these, on their way to the compliance database
  bool has_database = true;      // an open connection, as far as the server knows
  NodeId database_machine{};     // at the other end of that connection
  bool reaches_database = true;  // nothing is cut between them
  double unreachable_since = 0;  // while it does not
  bool connection_works = true;
  std::uint32_t database_epoch = 0;
  std::vector<JobId> stranded{};  // their connection is broken, and the server has not noticed yet
  rules::Login login{};           // the attempt to find the database again
  double login_began = 0;
  std::uint32_t login_epoch = 0;
  ServerRecord record;

  double work(double reference_seconds) const { return reference_seconds * slowdown / core_speed; }
};

struct FrontEnd {
  PoolId name;
  SiteNumber site = 0;
  double core_speed = 1;
  double cores = 1;  // of all servers that are up
  FcfsStation station;
  StationRecord record;
  std::uint32_t cores_each = 1;  // of one server
  std::vector<NodeId> machines{};
  std::vector<bool> up{};
  std::uint16_t epoch = 0;  // counts the losses of the whole pool
  double core_seconds = 0;  // that were there in this window, up to `counted`
  double counted = 0;

  bool alive() const { return cores > 0; }
};

// One partner of the content database.
struct DatabaseMachine {
  NodeId name;
  SiteNumber site = 0;
  double core_speed = 1;
  double slowdown = 1;
  double cores = 1;
  FcfsStation cpu;
  double disk_slowdown = 1;
  bool disk_full = false;
  bool recorded = true;  // the mirror only when something may happen to the database
  StationRecord record;
};

struct DatabaseHost {
  double flush = 0;  // one hardening of the log
  std::array<std::optional<DatabaseMachine>, 2> machines{};
  std::size_t principal = 0;  // who serves, or did so last
  double locks = 1;           // statements take this many times as long while directory synchronisation holds locks
  std::array<std::optional<DatabaseMachine>, 2> elsewhere{};  // the log-shipping secondary; while failed over, the partners
  std::uint32_t epoch = 0;                                    // what comes back to an older one has lost its connection
  bool flushing = false;
  bool hangs = false;  // the mirror has not answered to this flush
  std::vector<JobId> in_flush{};
  std::vector<JobId> next_flush{};
  std::vector<JobId> frozen{};  // done, at a partner that hangs
  StationRecord log_record;

  DatabaseMachine& here() { return *machines[principal]; }
  const DatabaseMachine& here() const { return *machines[principal]; }
};

// A database with its mirroring session.
struct ManagedDatabase {
  std::uint16_t pool = 0;
  Holds holds = Holds::content;
  DatabaseSession session;
  double away_since = 0;
  double downtime = 0;
  bool recorded = false;                // only when something may happen to a database
  std::optional<rules::Member> late{};  // whose pings come too late
  SeriesId available{}, exposed{}, send_queue{}, redo_queue{}, downtime_series{};
};

// The newest backup of the content database at each multiple of an interval; an interval of 0 when nobody takes any.
struct BackupTimes {
  struct Backup {
    double taken = 0;
    std::uint64_t posts = 0;
  };
  double interval = 0;
  std::vector<Backup> newest{};

  double next() const { return static_cast<double>(newest.size()) * interval; }
  void note(std::uint64_t held, double now) {
    while (interval > 0 && next() <= now) newest.push_back({next(), held});
  }
  // Of a database that nobody served none was taken.
  void miss(double now) {
    while (interval > 0 && next() <= now) newest.push_back(newest.empty() ? Backup{} : newest.back());
  }
  void keep_only(std::uint64_t posts) {
    for (Backup& backup : newest) backup.posts = std::min(backup.posts, posts);
  }
};

constexpr std::uint16_t nowhere_at_all = 0xFFFF;

struct Session {
  double since = 0;                       // wants to be signed in from here on and is not
  double lost_at = 0;                     // when the loss displaced it
  std::uint16_t epoch = 0;                // attempts of an older epoch are void
  std::int16_t loss = -1;                 // the loss that displaced this user
  std::uint16_t server = nowhere_at_all;  // that serves it or admits it
  std::uint8_t pending = 0;               // endpoints still in the sign-in sequence
  bool waiting = false;
  bool wanted = true;  // signed in or on the way; not once the working day is over
};

struct Pool {
  PoolId name;
  std::size_t front_end = 0;  // that routes to it now
  std::size_t next_hop = 0;   // that routes to it unless failed over
  bool compliance = false;
  bool failed_over = false;         // to the log-shipping secondary
  bool secondary_is_filled = true;  // until its disks are lost
  std::uint32_t roster_limit = 75;
  std::uint16_t first_server = 0;
  std::vector<bool> accepts;  // by ServerNumber
  std::size_t turn = 0;
  Population population;
  std::vector<Session> sessions;
  FcfsStation gate;
  DatabaseHost database;
  FcfsStation compliance_database{1};
  std::uint32_t compliance_epoch = 0;
  std::size_t content = 0;                        // among the databases
  std::optional<std::size_t> compliance_store{};  // among the databases
  std::uint32_t without_database = 0;             // servers whose connection does not work
  double stalled_since = 0, stalled = 0;          // while there are such servers
  std::vector<double> post_gap{};                 // mean time between two posts, per class; 0 for none
  double open_gap = 0, search_gap = 0, restart_gap = 0;
  double poll_work = 0;    // Front End core-seconds per second when everybody is connected: polls and keep-alives
  double notice_work = 0;  // the same for notices, at activity 1
  std::optional<ComingsAndGoings> comings{};
  UserNumber next_to_come = 0, next_to_leave = 0;  // who came first leaves first
  std::uint32_t waiting = 0;
  double minutes_lost = 0;
  std::uint64_t stored = 0;
  std::uint64_t compliance_lost = 0;
  std::uint64_t lost = 0;  // of the posts stored
  // With log shipping; stands still while failed over. What is lost shows when operators turn to the secondary.
  std::optional<ShippedLog> shipped{};
  std::uint64_t in_full_copy = 0;  // posts, when operators began to fill it anew
  BackupTimes backups{};           // kept where the loss of the machines does no harm
  bool settled = true;             // `lost` counts what the loss of the whole database has cost
  bool mirror_is_filled = false;   // while failed over: the first site's mirror has its copy already
  std::vector<RoomNumber> dirty_rooms{};
  std::vector<bool> room_is_dirty{};
  std::vector<std::uint32_t> noticed{};  // by user: the roster round that last told it
  std::uint32_t roster_round = 0;
  bool roster_scheduled = false;
  PoolRecord record;
  SeriesId database_bytes{}, minutes_series{}, in_flight_series{};
  std::optional<SeriesId> stalled_series{}, at_risk_series{};
  SeriesId files_series{};  // when anything may happen to files
};

// One direction of a link between two sites.
struct LinkRecord {
  SiteNumber from = 0, to = 0;
  SeriesId utilisation{};
};

struct Loss {
  std::string label;
  std::uint16_t pool = 0;
  double at = 0;
  const Fault* fault = nullptr;
  std::uint32_t displaced = 0;
  std::uint32_t back = 0;
  double user_minutes = 0;  // that its users were away for it
  double t50 = -1, t95 = -1, t100 = -1;
};

}  // namespace poolcast::sim::chat
