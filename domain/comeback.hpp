// Whether the system comes back by itself once its trigger is gone. In the words of Bronson, Aghayev, Charapko and Zhu
// ("Metastable Failures in Distributed Systems", HotOS 2021) and Huang et al. ("Metastable Failures in the Wild", OSDI 2022): a
// vulnerable system is tipped over by a trigger, and a sustaining effect, such as clients that try again, keeps it in overload
// with very little goodput after the trigger was removed.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/fold.hpp"
#include "domain/scenario.hpp"

namespace poolcast {

enum class ComebackKind { comes_back, not_decided, does_not_come_back };  // the worse, the later
template <>
struct EnumNames<ComebackKind> {
  static constexpr std::array<std::string_view, 3> names{"comes_back", "not_decided", "does_not_come_back"};
};

// The faults of a scenario taken together.
struct Trigger {
  Seconds begins{0};
  Seconds over{0};                   // nothing begins or ends any more; what destroys the last copy ends with its restore
  std::optional<std::string> lasts;  // the fault that holds to the end of the run, if one does
  bool again = false;                // and it does so again and again, or at random
  bool operator==(const Trigger&) const = default;
};

// None without faults. What happens at random, or again and again to the end, is never over.
std::optional<Trigger> trigger_of(const Scenario& scenario);

// What one pool went through.
struct Course {
  struct Span {
    Seconds start{0};
    Seconds length{0};
    double connected = 0;  // users, mean over the window
    double waiting = 0;    // users who want to be signed in and are not, mean
    double offered = 0;    // requests, every attempt counted
    double failed = 0;     // of these refused, or lost with their server
    double served = 1;     // share of the time in which some partner served the content database
  };
  std::string pool;
  std::vector<Span> windows;
  bool has_requests = true;  // the fluid model follows users alone
};

// One per chat pool.
std::vector<Course> courses_of(const ReplicationResult& result);

struct Comeback {
  ComebackKind kind = ComebackKind::not_decided;
  std::optional<Seconds> after;  // from the end of the trigger to the first window from which on everything is as before
  std::string reason;
  bool of_users_alone = false;  // requests were not followed
};

// What is said of an answer from a course without requests.
inline constexpr std::string_view users_alone = "of users alone: requests were not followed";

// A share of users or of requests that does not count: people restart, and one of a hundred is nobody's failure.
inline constexpr double comeback_tolerance = 0.01;

// The normal state is that of the windows before the trigger: the share of users who are away, and of requests that fail, each
// with the tolerance. `within`: how long after the trigger it may take; without it, to the end of the course. When the system is
// not back, the trend of the last half decides: still on its way (not decided) if the rest takes at most as long again as was
// looked, or at most four times as long at no less than half of the fastest pace that there was; otherwise it does not come back.
Comeback comeback(const Course& course, const Trigger& trigger, std::optional<Seconds> within);

// The worst of a replication's pools, whose name begins the reason when there are several, or that of one pool. None without
// faults, or where nobody counted the pool's users.
std::optional<Comeback> comeback(const Scenario& scenario, const ReplicationResult& result, std::optional<Seconds> within,
                                 const std::optional<std::string>& pool = std::nullopt);

// Within the scenario's `comes_back_within`.
std::optional<Comeback> comeback(const Scenario& scenario, const ReplicationResult& result);

}  // namespace poolcast
