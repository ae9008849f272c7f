#include "domain/rules/redirect.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolcast::rules {
namespace {

Seconds pause_after_round(std::uint32_t earlier_pauses) {
  constexpr Seconds first{0.1};
  constexpr Seconds longest{1};
  constexpr std::uint32_t doublings = 3;  // 100, 200, 400, 800 ms
  return earlier_pauses > doublings ? longest : first * std::exp2(earlier_pauses);
}

}  // namespace

std::optional<Attempt> next_attempt(const Login& login) {
  // Sums of tenths of seconds do not end exactly at the time-out.
  constexpr Seconds rounding{1e-9};
  const Seconds left = login.timeout - login.elapsed;
  if (left <= rounding) return std::nullopt;
  constexpr double share_per_round = 0.08;
  const std::uint32_t earlier_rounds = login.attempts / 2;
  const Seconds retry_time = share_per_round * login.timeout * (earlier_rounds + 1.0);
  return Attempt{.at_initial_partner = login.attempts % 2 == 0, .allotted = std::min(retry_time, left)};
}

Login after_attempt(Login login, Seconds took, bool at_once) {
  login.elapsed += took;
  login.at_once = login.at_once || at_once;
  if (++login.attempts % 2 != 0 || !std::exchange(login.at_once, false)) return login;
  login.elapsed = std::min(login.timeout, login.elapsed + pause_after_round(login.delayed_rounds++));
  return login;
}

}  // namespace poolcast::rules
