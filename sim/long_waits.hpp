// Events that are due much later, kept out of the plane's heap: tens of thousands of clients that wait to try again would make
// every other event pay for a deep heap. They lie in buckets of one second until their second comes.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "sim/request_plane.hpp"

namespace poolcast::sim {

class LongWaits {
public:
  static constexpr double bucket_s = 1;
  static constexpr double shortest_s = 2;  // a shorter wait goes to the heap at once

  void add(const Event& event) {
    const auto bucket = static_cast<std::size_t>(std::floor(event.at / bucket_s));
    if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
    buckets_[bucket].push_back(event);
  }

  // What is due within the second that begins at `second`; the caller asks for every second once, before it begins.
  std::vector<Event> take(std::size_t second) {
    return second < buckets_.size() ? std::move(buckets_[second]) : std::vector<Event>{};
  }

private:
  std::vector<std::vector<Event>> buckets_;
};

}  // namespace poolcast::sim
