// One random stream per name. A stream is seeded by (seed, replication, name) alone, so that adding a stream shifts no other
// and scenarios share their random numbers stream by stream.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace poolcast::sim {

// xoshiro256++ (Blackman & Vigna 2019), seeded through SplitMix64 as its authors advise.
class RandomStream {
public:
  // An antithetic stream returns 1 - u wherever its twin returns u.
  RandomStream(std::uint64_t seed, std::uint64_t replication, std::string_view name, bool antithetic = false);

  std::uint64_t bits();
  double uniform();  // in (0, 1), never 0 or 1
  double uniform(double low, double high);
  double exponential(double mean);           // inversion, so that antithetic streams stay antithetic
  std::uint32_t below(std::uint32_t bound);  // 0 … bound - 1
  bool chance(double probability);

private:
  std::array<std::uint64_t, 4> state_{};
  bool antithetic_;
};

}  // namespace poolcast::sim
