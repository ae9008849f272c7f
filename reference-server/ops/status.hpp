// What the node says of itself: /healthz for machines, the page at / for people, /metrics for Prometheus. Read only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reference-server/net/http.hpp"
#include "reference-server/ops/registry.hpp"

namespace poolcast::ops {

enum class Phase : std::uint8_t { starting, ready, draining };
enum class DatabaseState : std::uint8_t { connected, reconnecting, unknown };

struct QueueLength {
  std::string name;  // "database, posts"
  std::uint64_t waiting = 0;
  std::uint64_t limit = 0;
};

// Another node of the pool.
struct PeerStatus {
  std::string node;
  bool linked = false;
  bool serves = true;  // an administrator wants it to
  double round_trip_s = 0;
};

// Filled by serve each time somebody asks.
struct Status {
  std::string node;
  std::string pool;
  std::string version;
  Phase phase = Phase::starting;
  DatabaseState database = DatabaseState::unknown;
  std::string database_name;  // "SQLite, content.sqlite" or "PostgreSQL 15"; never a connection string
  std::uint64_t connections = 0;
  std::uint64_t users = 0;
  std::uint64_t rooms = 0;
  double posts_per_s = 0;  // over the last 10 s
  double deliveries_per_s = 0;
  std::vector<QueueLength> queues;
  std::vector<PeerStatus> peers;
  std::chrono::system_clock::time_point started;
  std::optional<std::chrono::system_clock::time_point> certificate_expires;
};

// 200 {"live":true,"ready":true,"draining":false,"database":"connected"}; 503 when not ready. In a pool with links also
// "peers":{"chat-2":"linked"}: a node without its peers still serves, and is ready. `/healthz?live` asks only whether
// the process answers, and is 200 always.
net::HttpResponse health(const Status& status, std::string_view query);

// Self-contained HTML without scripts; it asks to be loaded again every 5 s.
net::HttpResponse status_page(const Status& status, std::chrono::system_clock::time_point now);

// Adds /, /healthz and /metrics.
void add_routes(net::HttpRoutes& routes, const Registry& registry, const std::function<Status()>& status,
                const std::function<std::chrono::system_clock::time_point()>& now);

// What the page shows and the table of metrics has no row for, as figures of /metrics: readiness, connections, rooms, queues with
// their limits, the end of the certificate's validity, the version.
void add_figures(Registry& registry, const std::function<Status()>& status);

// Posts, deliveries and the like per second over the last ten: tell it the total once a second.
class RecentRate {
public:
  void tick(std::uint64_t total);
  double per_s() const;

private:
  static constexpr std::size_t seconds = 10;
  std::array<std::uint64_t, seconds + 1> totals_{};
  std::size_t ticks_ = 0;
};

}  // namespace poolcast::ops
