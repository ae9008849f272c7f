// How much each user may post: bytes of text per second over all connections, with a burst.
#pragma once

#include <algorithm>
#include <unordered_map>

#include "reference-server/store/ids.hpp"

namespace poolcast::chat {

class PostBudget {
public:
  PostBudget(double bytes_per_s, double burst_bytes) : bytes_per_s_(bytes_per_s), burst_bytes_(burst_bytes) {}

  bool take(store::PrincipalId user, std::size_t bytes, double now_s) {
    if (used_.size() >= next_sweep_) forget_idle(now_s);
    Used& used = used_.try_emplace(user, Used{0, now_s}).first->second;
    used.bytes = std::max(0.0, used.bytes - (now_s - used.at_s) * bytes_per_s_);
    used.at_s = now_s;
    if (used.bytes + static_cast<double>(bytes) > burst_bytes_) return false;
    used.bytes += static_cast<double>(bytes);
    return true;
  }
  std::size_t remembered() const { return used_.size(); }

private:
  struct Used {
    double bytes = 0;  // of the burst
    double at_s = 0;
  };
  // Who has not posted for long has all of it again. Costs a constant per post, since it waits until there are twice as many.
  void forget_idle(double now_s) {
    constexpr std::size_t few = 1024;
    std::erase_if(used_, [&](const auto& entry) { return entry.second.bytes <= (now_s - entry.second.at_s) * bytes_per_s_; });
    next_sweep_ = std::max(few, 2 * used_.size());
  }

  double bytes_per_s_;
  double burst_bytes_;
  std::unordered_map<store::PrincipalId, Used> used_;
  std::size_t next_sweep_ = 1024;
};

}  // namespace poolcast::chat
