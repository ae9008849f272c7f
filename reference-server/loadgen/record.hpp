// What clients saw -> rows, under the names and places of the simulator (sim/recorder.hpp): the two must fit side by side.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "domain/fold.hpp"
#include "domain/operation.hpp"
#include "domain/scenario.hpp"

namespace poolcast::loadgen {

// Requests of one kind per operation, and all of them.
struct OperationSeries {
  std::array<SeriesId, operation_names.size()> each{};
  SeriesId all{};
};

// The series of one chat pool. Times are seconds from the scenario's start; what happened before it or after
// the horizon is not recorded.
class Record {
public:
  explicit Record(const Scenario& scenario);

  double horizon() const { return horizon_; }
  double window() const { return window_; }

  void sign_in(double at, double seconds) { latency(sign_in_, at, seconds); }
  void join(double at, double seconds) { latency(join_, at, seconds); }
  void history(double at, double seconds) { latency(history_, at, seconds); }
  void search(double at, double seconds) { latency(search_, at, seconds); }
  void post(double at, double seconds);
  void delivery(double at, double seconds, std::size_t room_class);
  void roster_notice(double at) { count(roster_, at); }

  void sent(double at, Operation operation) { count(arrivals_, at, operation); }
  void completed(double at, Operation operation) { count(completions_, at, operation); }
  void refused(double at, Operation operation) { count(refusals_, at, operation); }
  void lost(double at, Operation operation) { count(losses_, at, operation); }

  void users(double at, std::uint32_t connected, std::uint32_t waiting);
  void server_users(std::size_t server, double at, std::uint32_t connected);

  // Of a window that is over.
  void server(std::size_t server, double begin, double utilisation, double memory_bytes);
  void database(double begin, double utilisation);

  void posts_lost(double at, std::uint64_t posts);
  ReplicationResult finish(double user_minutes_lost, std::size_t open_requests) &&;

private:
  OperationSeries add_counts(Metric metric);
  bool counts(double at) const { return at >= 0 && at <= horizon_; }
  void latency(SeriesId series, double at, double seconds);
  void count(SeriesId series, double at);
  void count(const OperationSeries& series, double at, Operation operation);

  double horizon_;
  double window_;
  Fold fold_;
  struct Server {
    Place place;
    SeriesId users{};
    std::optional<SeriesId> utilisation, memory;  // of a process that was named
  };
  Place pool_, database_;
  std::vector<Server> servers_;
  SeriesId sign_in_{}, join_{}, history_{}, search_{}, post_{}, delivery_{};
  std::vector<SeriesId> delivery_by_class_;
  SeriesId users_connected_{}, users_waiting_{};
  OperationSeries arrivals_, completions_, refusals_, losses_;
  SeriesId deliveries_{}, late_{}, roster_{}, stored_{};
  SeriesId minutes_{}, in_flight_{};
  std::optional<SeriesId> database_utilisation_;
  std::uint64_t events_ = 0;
};

}  // namespace poolcast::loadgen
