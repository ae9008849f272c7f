// One direction of a link between two sites: what is sent waits for what was sent before, in its order. Nothing is an event: a
// message's wait is known when it is handed over. Copies of files and the notices of fan-out jobs, which last for seconds, take
// their shares from it as flows.
#pragma once

#include <array>
#include <cstddef>

namespace poolcast::sim {

class Wire {
public:
  explicit Wire(double bytes_per_s) : bytes_per_s_(bytes_per_s) {}

  // How long `bytes` that are handed over now take until they have left. Dates never go back.
  double transmit(double bytes, double now);
  // A file, after those before it: it takes half of what there is as long as it lasts, as one flow beside the messages. How long
  // it takes until it has left.
  double copy(double bytes, double now);
  // Notices that a job hands over one after the other, evenly over its length in seconds.
  void flow(double bytes, double length);
  // To be called each second: flows take their share of it beside the messages or, when there is more than the link carries in a
  // second, stand in line with them, so that what is too much makes all that follows later and later.
  void second_begins(double now);

  double bandwidth() const { return bytes_per_s_; }
  double time_of(double bytes, double now) const { return bytes / rate(now); }  // on the link, without waiting
  void set_bandwidth(double bytes_per_s, double now);                           // what waits is sent at the new speed
  // Seconds in which the link was full since the last call: it is while messages wait, and by half while a copy lasts.
  double take_busy(double now);

private:
  double rate(double now) const;
  void count_busy(double now);  // to be called before anything changes

  // Longer jobs than this are taken for as long, which makes a slightly higher flow of them.
  static constexpr std::size_t seconds_ahead = 64;

  double bytes_per_s_;
  double free_at_ = 0;    // when all that was handed over has left
  double copied_at_ = 0;  // when the last copy has
  double taken_ = 0;      // share that flows take in this second
  double busy_ = 0;       // since somebody asked, up to `counted_`
  double counted_ = 0;
  std::array<double, seconds_ahead> flows_{};  // bytes of each second from now on
  std::size_t this_second_ = 0;
};

}  // namespace poolcast::sim
