#include "domain/io/recovery_json.hpp"

#include <algorithm>

namespace poolcast::io {

namespace {

Json figure_json(const std::optional<Figure>& figure) {
  if (!figure) return nullptr;
  return {{"mean", figure->value}, {"low", optional_json(figure->low)}, {"high", optional_json(figure->high)}};
}

Json spread_json(const TimeSpread& spread) {
  if (spread.asked == 0) return nullptr;
  return {{"p5_s", optional_json(spread.p5)},
          {"p50_s", optional_json(spread.p50)},
          {"p95_s", optional_json(spread.p95)},
          {"reached", spread.reached},
          {"asked", spread.asked}};
}

Json after_json(const Comeback& comeback) { return comeback.after ? Json(comeback.after->count()) : Json(nullptr); }

}  // namespace

Json recovery_json(const FailureRecovery& recovery) {
  return {{"failure", recovery.failure},
          {"at_s", recovery.at},
          {"users_affected", figure_json(recovery.users_affected)},
          {"half_back", spread_json(recovery.half_back)},
          {"most_back", spread_json(recovery.most_back)},
          {"all_back", spread_json(recovery.all_back)},
          {"database_back", spread_json(recovery.database_back)},
          {"recovery_point", spread_json(recovery.recovery_point)},
          {"messages_lost", figure_json(recovery.messages_lost)},
          {"messages_in_doubt", figure_json(recovery.messages_in_doubt)},
          {"user_minutes_lost", figure_json(recovery.user_minutes_lost)}};
}

// The worst answer stands for all; its first replication gives the reason.
Json comes_back_json(const Scenario& scenario, const Report& report) {
  const auto trigger = trigger_of(scenario);
  if (!trigger || report.comebacks.empty()) return nullptr;
  const Comeback& worst = *std::ranges::max_element(report.comebacks, {}, &Comeback::kind);
  Json by_replication = Json::array(), counts;
  for (const std::string_view name : EnumNames<ComebackKind>::names)
    counts[std::string(name)] = std::ranges::count(report.comebacks, name, [](const Comeback& one) { return name_of(one.kind); });
  std::vector<std::optional<double>> times;
  for (const Comeback& one : report.comebacks) {
    times.push_back(one.after ? std::optional(one.after->count()) : std::nullopt);
    by_replication.push_back({{"answer", name_of(one.kind)}, {"after_s", after_json(one)}, {"reason", one.reason}});
  }
  return {{"answer", name_of(worst.kind)},
          {"reason", worst.reason},
          {"trigger_over_s", trigger->over.count()},
          {"lasts", trigger->lasts ? Json(*trigger->lasts) : Json(nullptr)},
          {"within_s", scenario.comes_back_within ? Json(scenario.comes_back_within->count()) : Json(nullptr)},
          {"counts", counts},
          {"after", spread_json(spread_of(times))},
          {"replications", by_replication}};
}

}  // namespace poolcast::io
