// One random stream per name, in both hosts. A stream is seeded by (seed, replication, name) alone, so that adding a stream
// shifts no other and scenarios share their random numbers stream by stream.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace poolcast {

// xoshiro256++ (Blackman & Vigna 2019), seeded through SplitMix64 as its authors advise.
class RandomStream {
public:
  // An antithetic stream returns the complement of every bit, hence 1 - u wherever its twin returns u.
  RandomStream(std::uint64_t seed, std::uint64_t replication, std::string_view name, bool antithetic = false);

  // A stream that continues from a given state (known-answer tests); the state must not be all zero.
  static RandomStream from_state(const std::array<std::uint64_t, 4>& state, bool antithetic = false);

  std::uint64_t bits();
  double uniform();  // in (0, 1), never 0 or 1
  double uniform(double low, double high);
  double exponential(double mean);           // inversion, so that antithetic streams stay antithetic
  std::uint32_t below(std::uint32_t bound);  // 0 … bound - 1; `bound` is at least 1
  bool chance(double probability);

private:
  RandomStream(const std::array<std::uint64_t, 4>& state, bool antithetic);

  std::array<std::uint64_t, 4> state_;
  std::uint64_t flip_;  // all ones in an antithetic stream
};

inline std::uint64_t RandomStream::bits() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result ^ flip_;
}

// The odd multiples of 2^-53: 52 random bits and a half. With 53 bits and a half the largest value would round to 1.
inline double RandomStream::uniform() { return (static_cast<double>(bits() >> 12) + 0.5) * 0x1p-52; }

inline double RandomStream::uniform(double low, double high) { return low + (high - low) * uniform(); }

inline double RandomStream::exponential(double mean) { return -mean * std::log(uniform()); }

// Lemire, "Fast random integer generation in an interval" (2019): exact, without a division in the usual case.
inline std::uint32_t RandomStream::below(std::uint32_t bound) {
  std::uint64_t product = (bits() >> 32) * bound;
  if (static_cast<std::uint32_t>(product) < bound) {
    const std::uint32_t threshold = (0U - bound) % bound;
    while (static_cast<std::uint32_t>(product) < threshold) product = (bits() >> 32) * bound;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

inline bool RandomStream::chance(double probability) { return uniform() < probability; }

}  // namespace poolcast
