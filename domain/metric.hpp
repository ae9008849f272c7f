// The table of metrics and of outcomes: the only spelling of each. The simulator and the reference server record the same
// rows under these names; reports, columns and objectives use them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace poolcast {

// Where a metric is observed: a delivery measured at the client includes the network, at the server it does not.
enum class ObservedAt { client, server, database, pool };

// How a metric is summed up. latency: a histogram of durations. level: a value that holds over time (time-weighted mean,
// largest value). count: things that happened (the row's count is their number). once: one value per run and place.
enum class MetricKind { latency, level, count, once };

enum class Unit { seconds, users, requests, share, bytes, messages, user_minutes, per_second, events };

enum class Metric : std::uint8_t {
  sign_in_latency,
  join_latency,
  post_latency,
  delivery_latency,
  history_latency,
  search_latency,
  users_connected,
  users_waiting,
  users_back,
  comes_back,
  user_minutes_lost,
  utilisation,
  queue_length,
  arrivals,
  completions,
  refusals,
  deliveries,
  deliveries_late,
  roster_notices,
  messages_stored,
  messages_lost,
  compliance_backlog,
  compliance_lost,
  database_bytes,
  messages_in_doubt,
  messages_at_risk,
  database_back,
  database_available,
  database_exposed,
  database_downtime,
  without_database,
  send_queue,
  redo_queue,
  requests_lost,
  requests_in_flight,
  memory,
  link_utilisation,
  files_available,
  files_lost,
  // What only a running server measures of itself; a calibration reads them.
  service_time,
  queue_time,
  database_time,
  store_time,
  store_cpu_time,
  cpu_time,
  commit_time,
  flush_time,
  mirror_time,
  fan_out_time,
  commits,
  copies_sent,
  resident_memory,
  disk_read,
  disk_written,
};

struct MetricRow {
  Metric metric;
  std::string_view name;
  MetricKind kind;
  Unit unit;
  ObservedAt observed_at;
  std::string_view meaning;
};

inline constexpr std::array metric_table{
    MetricRow{Metric::sign_in_latency, "sign_in_latency", MetricKind::latency, Unit::seconds, ObservedAt::client,
              "From the first attempt to sign in to the end of the sign-in sequence, refusals and waits included."},
    MetricRow{Metric::join_latency, "join_latency", MetricKind::latency, Unit::seconds, ObservedAt::client,
              "From opening a room to its join being confirmed."},
    MetricRow{Metric::post_latency, "post_latency", MetricKind::latency, Unit::seconds, ObservedAt::client,
              "From sending a post to its acknowledgement, which follows the commit."},
    MetricRow{Metric::delivery_latency, "delivery_latency", MetricKind::latency, Unit::seconds, ObservedAt::client,
              "From sending a post to its arrival at one endpoint; one value per recipient."},
    MetricRow{Metric::history_latency, "history_latency", MetricKind::latency, Unit::seconds, ObservedAt::client,
              "From asking for a room's history to its arrival."},
    MetricRow{Metric::search_latency, "search_latency", MetricKind::latency, Unit::seconds, ObservedAt::client,
              "From a search to its result."},
    MetricRow{Metric::users_connected, "users_connected", MetricKind::level, Unit::users, ObservedAt::server,
              "Users signed in and served."},
    MetricRow{Metric::users_waiting, "users_waiting", MetricKind::level, Unit::users, ObservedAt::pool,
              "Users who want to be signed in and are not."},
    MetricRow{Metric::users_back, "users_back", MetricKind::once, Unit::seconds, ObservedAt::pool,
              "From a loss until this share of the displaced users is signed in again; one value per loss."},
    MetricRow{
        Metric::comes_back, "comes_back", MetricKind::once, Unit::seconds, ObservedAt::pool,
        "From the end of all faults until users and requests of the pool are as before, by themselves; only as an objective, "
        "which without a bound asks whether they ever are."},
    MetricRow{Metric::user_minutes_lost, "user_minutes_lost", MetricKind::once, Unit::user_minutes, ObservedAt::pool,
              "Minutes that users wanted to be signed in and were not, summed over users."},
    MetricRow{Metric::utilisation, "utilisation", MetricKind::level, Unit::share, ObservedAt::server,
              "Share of the cores that is busy."},
    MetricRow{Metric::queue_length, "queue_length", MetricKind::level, Unit::requests, ObservedAt::server,
              "Requests that wait in the inbound queue."},
    MetricRow{Metric::arrivals, "arrivals", MetricKind::count, Unit::requests, ObservedAt::client,
              "Requests that clients sent, by operation and over all: every command of a sign-in sequence is one."},
    MetricRow{Metric::completions, "completions", MetricKind::count, Unit::requests, ObservedAt::server,
              "Requests that were answered, refusals apart."},
    MetricRow{Metric::refusals, "refusals", MetricKind::count, Unit::requests, ObservedAt::server,
              "Requests answered with 503; the client sends each again later."},
    MetricRow{Metric::deliveries, "deliveries", MetricKind::count, Unit::messages, ObservedAt::client,
              "Posts that arrived, one per recipient's endpoint."},
    MetricRow{Metric::deliveries_late, "deliveries_late", MetricKind::count, Unit::messages, ObservedAt::client,
              "Deliveries that took more than one second."},
    MetricRow{Metric::roster_notices, "roster_notices", MetricKind::count, Unit::messages, ObservedAt::server,
              "Notices of joins and parts, coalesced per recipient."},
    MetricRow{Metric::messages_stored, "messages_stored", MetricKind::count, Unit::messages, ObservedAt::database,
              "Posts that were committed."},
    MetricRow{Metric::messages_lost, "messages_lost", MetricKind::count, Unit::messages, ObservedAt::client,
              "Posts that were acknowledged and are not in the content database."},
    MetricRow{Metric::compliance_backlog, "compliance_backlog", MetricKind::level, Unit::events, ObservedAt::server,
              "Events in the local compliance queue."},
    MetricRow{Metric::compliance_lost, "compliance_lost", MetricKind::once, Unit::events, ObservedAt::server,
              "Events that were in a local compliance queue when its disk was lost."},
    MetricRow{Metric::database_bytes, "database_bytes", MetricKind::once, Unit::bytes, ObservedAt::database,
              "What the run added to the content database."},
    MetricRow{
        Metric::messages_in_doubt, "messages_in_doubt", MetricKind::count, Unit::messages, ObservedAt::client,
        "Posts whose commit was under way when their database was lost: stored or not, their authors are told to try again."},
    MetricRow{
        Metric::messages_at_risk, "messages_at_risk", MetricKind::level, Unit::messages, ObservedAt::database,
        "Acknowledged posts that neither the mirror nor a copied log backup has: lost if the principal were gone for good."},
    MetricRow{Metric::database_back, "database_back", MetricKind::once, Unit::seconds, ObservedAt::database,
              "How long users were without the content database, because no partner served it, all were cut off from it or the "
              "principal hung, until one served them again; one value per failure."},
    MetricRow{Metric::database_available, "database_available", MetricKind::level, Unit::share, ObservedAt::database,
              "Share of the time in which some partner served the database."},
    MetricRow{Metric::database_exposed, "database_exposed", MetricKind::level, Unit::share, ObservedAt::database,
              "Share of the time in which the principal served without a mirror that keeps up."},
    MetricRow{Metric::database_downtime, "database_downtime", MetricKind::once, Unit::seconds, ObservedAt::database,
              "How long no partner served the database."},
    MetricRow{Metric::without_database, "without_database", MetricKind::once, Unit::seconds, ObservedAt::pool,
              "How long some chat server of the pool had no working connection to the content database, whether it knew or not."},
    MetricRow{Metric::send_queue, "send_queue", MetricKind::level, Unit::bytes, ObservedAt::database,
              "Log of the principal that the mirror does not have."},
    MetricRow{Metric::redo_queue, "redo_queue", MetricKind::level, Unit::bytes, ObservedAt::database,
              "Log that the mirror has hardened and not rolled forward."},
    MetricRow{Metric::requests_lost, "requests_lost", MetricKind::count, Unit::requests, ObservedAt::client,
              "Requests whose server was lost before it answered."},
    MetricRow{Metric::requests_in_flight, "requests_in_flight", MetricKind::once, Unit::requests, ObservedAt::client,
              "Requests that had no answer yet at the end of the run."},
    MetricRow{Metric::memory, "memory", MetricKind::level, Unit::bytes, ObservedAt::server,
              "Memory of the rooms and connections of a server."},
    MetricRow{Metric::link_utilisation, "link_utilisation", MetricKind::level, Unit::share, ObservedAt::pool,
              "Share of the bandwidth of a link between two sites that is in use, by direction."},
    MetricRow{Metric::files_available, "files_available", MetricKind::level, Unit::share, ObservedAt::pool,
              "Share of the time in which users could upload and download files."},
    MetricRow{Metric::files_lost, "files_lost", MetricKind::once, Unit::share, ObservedAt::pool,
              "Share of the uploaded files that are gone with their disks."},
    MetricRow{Metric::service_time, "service_time", MetricKind::latency, Unit::seconds, ObservedAt::server,
              "Work of a real server on one request, waits and the database apart; by command."},
    MetricRow{Metric::queue_time, "queue_time", MetricKind::latency, Unit::seconds, ObservedAt::server,
              "Wait in a queue of a real server; by queue."},
    MetricRow{Metric::database_time, "database_time", MetricKind::latency, Unit::seconds, ObservedAt::server,
              "Time that one request spends at a real server's database: queue, work, commit and way back; by command."},
    MetricRow{Metric::store_time, "store_time", MetricKind::latency, Unit::seconds, ObservedAt::database,
              "Work of a real server's database on one call that is no post, its queue apart; by the store's operation."},
    MetricRow{Metric::store_cpu_time, "store_cpu_time", MetricKind::latency, Unit::seconds, ObservedAt::server,
              "Processor time of a real server's thread that carries out one call of its database, measured for some of them; by "
              "the store's operation, a commit of posts being `commit`."},
    MetricRow{Metric::cpu_time, "cpu_time", MetricKind::latency, Unit::seconds, ObservedAt::server,
              "Processor time of one request at a real server, measured for some of them; by command."},
    MetricRow{Metric::commit_time, "commit_time", MetricKind::latency, Unit::seconds, ObservedAt::database,
              "One transaction of a real server from its begin to the end of its commit; a batch of posts is one."},
    MetricRow{Metric::flush_time, "flush_time", MetricKind::latency, Unit::seconds, ObservedAt::database,
              "The part of a transaction that is its commit: what the disk of the log and the mirror take."},
    MetricRow{Metric::mirror_time, "mirror_time", MetricKind::latency, Unit::seconds, ObservedAt::database,
              "The part of a commit that waits for a mirror."},
    MetricRow{Metric::fan_out_time, "fan_out_time", MetricKind::latency, Unit::seconds, ObservedAt::server,
              "From the commit of a post to its last copy lying in a connection's queue, at a real server."},
    MetricRow{Metric::commits, "commits", MetricKind::count, Unit::events, ObservedAt::database,
              "Transactions that a real server committed; a batch of posts is one."},
    MetricRow{Metric::copies_sent, "copies_sent", MetricKind::count, Unit::messages, ObservedAt::server,
              "Copies of posts that a real server sent, one per recipient's endpoint."},
    MetricRow{Metric::resident_memory, "resident_memory", MetricKind::level, Unit::bytes, ObservedAt::server,
              "Memory in use by a real process, or by its whole machine."},
    MetricRow{Metric::disk_read, "disk_read", MetricKind::count, Unit::bytes, ObservedAt::server,
              "What a real process, or its whole machine, read from disks."},
    MetricRow{Metric::disk_written, "disk_written", MetricKind::count, Unit::bytes, ObservedAt::server,
              "What a real process, or its whole machine, wrote to disks."},
};

constexpr const MetricRow& row_of(Metric metric) { return metric_table[static_cast<std::size_t>(metric)]; }
std::optional<Metric> metric_named(std::string_view name);
std::string_view unit_name(Unit unit);    // "s", "users", "share", …: as in a report
std::string_view unit_suffix(Unit unit);  // "_s", "_bytes", "": as in a column name

// How a request ends; the code of an expected failure.
enum class Outcome : std::uint8_t { completed, refused, connection_lost, in_flight };

enum class Statistic { mean, p50, p95, p99, p99_9, p100, max, count };

}  // namespace poolcast
