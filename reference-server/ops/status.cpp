#include "reference-server/ops/status.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <utility>

namespace poolcast::ops {

namespace {

using WallTime = std::chrono::system_clock::time_point;

constexpr std::array<const char*, 3> phase_names{"starting", "ready", "draining"};
constexpr std::array<const char*, 3> database_names{"connected", "reconnecting", "unknown"};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char character : text) {
    switch (character) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += character;
    }
  }
  return out;
}

std::string date(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
  return text.data();
}

std::string in_words(std::chrono::system_clock::duration time) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time).count();
  constexpr std::int64_t hour = 60;
  constexpr std::int64_t day = 24 * hour;
  if (minutes < 2 * hour) return std::to_string(minutes) + " min";
  if (minutes < 2 * day) return std::to_string(minutes / hour) + " h";
  return std::to_string(minutes / day) + " days";
}

std::string rate(double per_s) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), per_s < 10 ? "%.1f" : "%.0f", per_s);
  return text.data();
}

void append_row(std::string& out, std::string_view name, std::string_view value, bool warns = false) {
  out +=
      "<tr><th scope=\"row\">" + escaped(name) + "</th><td" + (warns ? " class=\"bad\">" : ">") + escaped(value) + "</td></tr>\n";
}

void append_certificate(std::string& out, WallTime expires, WallTime now) {
  constexpr std::chrono::hours soon{24 * 14};
  const bool is_over = expires <= now;
  const std::string when = date(expires) + (is_over ? ", expired" : ", in " + in_words(expires - now));
  append_row(out, "Certificate valid until", when, is_over || expires - now < soon);
}

constexpr std::string_view head_of_page = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5"><title>)";
constexpr std::string_view style = R"(</title><style>
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:40rem;padding:0 1rem}
h1{font-size:1.4rem;margin:0}p{margin:.25rem 0 1rem}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid #8884;padding:.35rem .5rem .35rem 0;text-align:left;font-weight:normal}
td{text-align:right;font-variant-numeric:tabular-nums}
.bad{color:#c62828;font-weight:600}
@media (prefers-color-scheme:dark){.bad{color:#ff8a80}}
</style></head><body>
)";

net::HttpResponse only_reading() {
  return {.status = 405, .body = "This page can only be read.\n", .headers = {{"Allow", "GET, HEAD"}}};
}

// Names come from a scenario, which lets them hold anything but control characters.
std::string json_text(std::string_view text) {
  std::string out;
  for (const char character : text) {
    if (character == '"' || character == '\\') out += '\\';
    out += character;
  }
  return out;
}

bool reads(const net::HttpRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

bool is_ready(const Status& status) { return status.phase == Phase::ready && status.database == DatabaseState::connected; }

}  // namespace

net::HttpResponse health(const Status& status, std::string_view query) {
  const bool ready = is_ready(status);
  std::string peers;
  for (const PeerStatus& peer : status.peers)
    peers +=
        (peers.empty() ? R"(,"peers":{")" : R"(,")") + json_text(peer.node) + (peer.linked ? R"(":"linked")" : R"(":"missing")");
  if (!peers.empty()) peers += "}";
  const std::string body = std::string(R"({"live":true,"ready":)") + (ready ? "true" : "false") + R"(,"draining":)" +
                           (status.phase == Phase::draining ? "true" : "false") + R"(,"phase":")" +
                           phase_names.at(static_cast<std::size_t>(status.phase)) + R"(","database":")" +
                           database_names.at(static_cast<std::size_t>(status.database)) + "\"" + peers + "}\n";
  return {.status = ready || query == "live" ? 200 : 503, .content_type = "application/json", .body = body};
}

net::HttpResponse status_page(const Status& status, WallTime now) {
  std::string out(head_of_page);
  out += escaped(status.node) + " · Poolcast" + std::string(style);
  out += "<h1>" + escaped(status.node) + "</h1>\n<p>Chat server of the pool " + escaped(status.pool) + ", Poolcast " +
         escaped(status.version) + ", running for " + in_words(now - status.started) + ".</p>\n<table>\n";
  append_row(out, "State", phase_names.at(static_cast<std::size_t>(status.phase)), status.phase != Phase::ready);
  append_row(out, "Database",
             std::string(database_names.at(static_cast<std::size_t>(status.database))) +
                 (status.database_name.empty() ? "" : " (" + status.database_name + ")"),
             status.database != DatabaseState::connected);
  append_row(out, "Users signed in", std::to_string(status.users));
  append_row(out, "Connections", std::to_string(status.connections));
  append_row(out, "Rooms in use", std::to_string(status.rooms));
  append_row(out, "Posts per second", rate(status.posts_per_s));
  append_row(out, "Deliveries per second", rate(status.deliveries_per_s));
  for (const QueueLength& queue : status.queues)
    append_row(out, "Waiting: " + queue.name, std::to_string(queue.waiting) + " of " + std::to_string(queue.limit),
               queue.limit > 0 && queue.waiting >= queue.limit);
  for (const PeerStatus& peer : status.peers)
    append_row(out, "Link to " + peer.node,
               peer.linked ? "stands, round trip " + std::to_string(std::lround(peer.round_trip_s * 1e6)) + " µs" : "missing",
               peer.serves && !peer.linked);
  if (status.certificate_expires) append_certificate(out, *status.certificate_expires, now);
  out += "</table>\n<p>As of " + date(now) +
         ". Figures for machines: <a href=\"metrics\">metrics</a>, <a href=\"healthz\">health</a>.</p>\n";
  out += "</body></html>\n";
  return {.status = 200,
          .content_type = "text/html; charset=utf-8",
          .body = std::move(out),
          .headers = {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"},
                      {"Referrer-Policy", "no-referrer"}}};
}

void add_routes(net::HttpRoutes& routes, const Registry& registry, const std::function<Status()>& status,
                const std::function<WallTime()>& now) {
  routes.add("/", [status, now](const net::HttpRequest& request, const net::Responder& respond) {
    respond(reads(request) ? status_page(status(), now()) : only_reading());
  });
  routes.add("/healthz", [status](const net::HttpRequest& request, const net::Responder& respond) {
    respond(reads(request) ? health(status(), request.query) : only_reading());
  });
  routes.add("/metrics", [&registry](const net::HttpRequest& request, const net::Responder& respond) {
    if (!reads(request)) return respond(only_reading());
    respond({.status = 200, .content_type = "text/plain; version=0.0.4; charset=utf-8", .body = registry.exposition()});
  });
}

void add_figures(Registry& registry, const std::function<Status()>& status) {
  const auto seconds = [](WallTime time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); };
  const Status now = status();
  registry.computed("build_info", "Always 1; the version is a label.", {{"version", now.version}, {"node", now.node}},
                    [] { return 1.0; });
  const Labels node{{"pool", now.pool}, {"node", now.node}};
  const auto add = [&](const char* name, const char* help, auto value) {
    registry.computed(name, help, node, [status, value] { return static_cast<double>(value(status())); });
  };
  add("ready", "Whether the node takes sessions and has its database: what /healthz says.", is_ready);
  add("draining", "Whether the node is closing its connections to stop.",
      [](const Status& current) { return current.phase == Phase::draining; });
  add("database_connected", "Whether the content database answers.",
      [](const Status& current) { return current.database == DatabaseState::connected; });
  add("connections", "Connections of clients that are open.", [](const Status& current) { return current.connections; });
  add("rooms", "Rooms that the node knows.", [](const Status& current) { return current.rooms; });
  add("start_timestamp_seconds", "When the node was started, in seconds since 1970.",
      [seconds](const Status& current) { return seconds(current.started); });
  if (now.certificate_expires)
    add("certificate_expires_timestamp_seconds", "Until when the certificate is valid, in seconds since 1970.",
        [seconds](const Status& current) { return current.certificate_expires ? seconds(*current.certificate_expires) : 0; });
  for (std::size_t i = 0; i < now.queues.size(); ++i) {
    Labels labels = node;
    labels.emplace_back("queue", now.queues[i].name);
    registry.computed("queue_waiting", "What waits in a queue of the node.", labels,
                      [status, i] { return static_cast<double>(status().queues.at(i).waiting); });
    registry.computed("queue_limit", "At this length a queue answers that the node is busy.", labels,
                      [status, i] { return static_cast<double>(status().queues.at(i).limit); });
  }
}

void RecentRate::tick(std::uint64_t total) {
  totals_.at(ticks_ % totals_.size()) = total;
  ++ticks_;
}

double RecentRate::per_s() const {
  if (ticks_ < 2) return 0;
  const std::size_t back = std::min(ticks_, totals_.size()) - 1;
  const std::uint64_t newest = totals_.at((ticks_ - 1) % totals_.size());
  const std::uint64_t oldest = totals_.at((ticks_ - 1 - back) % totals_.size());
  return static_cast<double>(newest - oldest) / static_cast<double>(back);
}

}  // namespace poolcast::ops
