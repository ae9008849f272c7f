#include "domain/random.hpp"

#include "domain/ensure.hpp"

namespace poolcast {
namespace {

// SplitMix64 (Steele, Lea & Flood 2014; constants of Vigna's reference code): one step of the sequence that starts at `state`.
std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31);
}

// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view name) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char letter : name) {
    value ^= static_cast<unsigned char>(letter);
    value *= 0x100000001b3U;
  }
  return value;
}

std::array<std::uint64_t, 4> seeded(std::uint64_t seed, std::uint64_t replication, std::string_view name) {
  std::uint64_t mixed = seed;
  mixed = split_mix(mixed) ^ replication;
  mixed = split_mix(mixed) ^ hash(name);
  std::array<std::uint64_t, 4> state{};
  for (std::uint64_t& word : state) word = split_mix(mixed);
  return state;
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t replication, std::string_view name, bool antithetic)
    : RandomStream(seeded(seed, replication, name), antithetic) {}

RandomStream::RandomStream(const std::array<std::uint64_t, 4>& state, bool antithetic)
    : state_(state), flip_(antithetic ? ~std::uint64_t{0} : 0) {
  ensure((state[0] | state[1] | state[2] | state[3]) != 0, "a random stream's state is not all zero");
}

RandomStream RandomStream::from_state(const std::array<std::uint64_t, 4>& state, bool antithetic) { return {state, antithetic}; }

}  // namespace poolcast
