#include "sim/wire.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolcast::sim {
namespace {

constexpr double share_of_a_copy = 0.5;      // two flows that are fair to each other
constexpr double flows_take_at_most = 0.95;  // with more, messages beside them would stand nearly still

}  // namespace

double Wire::rate(double now) const { return bytes_per_s_ * (now < copied_at_ ? share_of_a_copy : 1) * (1 - taken_); }

void Wire::count_busy(double now) {
  const double full_until = std::clamp(free_at_, counted_, now);
  const double copying_until = std::clamp(copied_at_, full_until, now);
  busy_ += full_until - counted_;
  busy_ += (copying_until - full_until) * std::min(1.0, share_of_a_copy + taken_);
  busy_ += (now - copying_until) * taken_;
  counted_ = now;
}

double Wire::take_busy(double now) {
  count_busy(now);
  return std::exchange(busy_, 0);
}

double Wire::transmit(double bytes, double now) {
  count_busy(now);
  free_at_ = std::max(free_at_, now) + bytes / rate(now);
  return free_at_ - now;
}

double Wire::copy(double bytes, double now) {
  count_busy(now);
  copied_at_ = std::max(copied_at_, now) + bytes / (bytes_per_s_ * share_of_a_copy);
  return copied_at_ - now;
}

void Wire::flow(double bytes, double length) {
  const auto seconds = static_cast<std::size_t>(std::clamp(std::ceil(length), 1.0, static_cast<double>(seconds_ahead)));
  for (std::size_t ahead = 0; ahead < seconds; ++ahead)
    flows_[(this_second_ + ahead) % seconds_ahead] += bytes / static_cast<double>(seconds);
}

void Wire::second_begins(double now) {
  count_busy(now);
  const double bytes = std::exchange(flows_[this_second_], 0);
  this_second_ = (this_second_ + 1) % seconds_ahead;
  const double share = bytes / bytes_per_s_;
  const double waiting = std::max(free_at_ - now, 0.0);  // seconds of what was handed over before
  const double left = 1 - waiting;                       // of this second
  const bool beside = left > 0 && share <= flows_take_at_most * left;
  taken_ = beside ? share / left : 0;
  if (!beside) free_at_ = now + waiting + share;
}

void Wire::set_bandwidth(double bytes_per_s, double now) {
  count_busy(now);
  const double stretched = bytes_per_s_ / bytes_per_s;
  for (double* date : {&free_at_, &copied_at_})
    if (*date > now) *date = now + (*date - now) * stretched;
  bytes_per_s_ = bytes_per_s;
}

}  // namespace poolcast::sim
