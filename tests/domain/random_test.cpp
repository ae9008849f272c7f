#include "domain/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace poolcast {
namespace {

TEST(RandomStream, gives_the_published_numbers_of_xoshiro256plusplus) {
  // State 1, 2, 3, 4: the reference values of the authors' C code, as other libraries' tests have them (rand_xoshiro).
  const std::array<std::uint64_t, 10> published{41943041,
                                                58720359,
                                                3588806011781223,
                                                3591011842654386,
                                                9228616714210784205U,
                                                9973669472204895162U,
                                                14011001112246962877U,
                                                12406186145184390807U,
                                                15849039046786891736U,
                                                10450023813501588000U};
  RandomStream stream = RandomStream::from_state({1, 2, 3, 4});
  for (const std::uint64_t expected : published) EXPECT_EQ(stream.bits(), expected);
}

TEST(RandomStream, is_seeded_as_an_independent_calculation_says) {
  RandomStream arrivals(1, 0, "arrivals");
  EXPECT_EQ(arrivals.bits(), 0x0de3584533a6d5e2U);
  EXPECT_EQ(arrivals.bits(), 0x77ee229db2acbd17U);
  RandomStream front(42, 7, "front-1");
  EXPECT_EQ(front.bits(), 0x6329f681d72fc07eU);
}

TEST(RandomStream, differs_when_seed_replication_or_name_differ) {
  const std::uint64_t here = RandomStream(1, 2, "name").bits();
  EXPECT_EQ(RandomStream(1, 2, "name").bits(), here);
  EXPECT_NE(RandomStream(2, 2, "name").bits(), here);
  EXPECT_NE(RandomStream(1, 3, "name").bits(), here);
  EXPECT_NE(RandomStream(1, 2, "eman").bits(), here);
  EXPECT_NE(RandomStream(2, 1, "name").bits(), here);
}

TEST(RandomStream, stays_strictly_between_0_and_1_at_both_ends) {
  // The next output is rotl(s0 + s3, 23) + s0: all zero bits for s0 = s3 = 0, all ones for s0 = 0, s3 = 2^64 - 1.
  RandomStream lowest = RandomStream::from_state({0, 1, 0, 0});
  EXPECT_EQ(lowest.uniform(), 0x1p-53);
  RandomStream highest = RandomStream::from_state({0, 1, 0, ~std::uint64_t{0}});
  EXPECT_EQ(highest.uniform(), 1 - 0x1p-53);
  EXPECT_LT(RandomStream::from_state({0, 1, 0, 0}).exponential(1), 37);
  EXPECT_GT(RandomStream::from_state({0, 1, 0, ~std::uint64_t{0}}).exponential(1), 0);
}

TEST(RandomStream, mirrors_its_antithetic_twin_exactly) {
  RandomStream stream(1, 0, "twins");
  RandomStream twin(1, 0, "twins", true);
  for (int draw = 0; draw < 10000; ++draw) ASSERT_EQ(twin.uniform(), 1 - stream.uniform());
  EXPECT_EQ(RandomStream(1, 0, "twins", true).below(1000), 999 - RandomStream(1, 0, "twins").below(1000));
}

TEST(RandomStream, has_the_mean_and_variance_of_its_distributions) {
  RandomStream stream(1, 0, "moments");
  constexpr int draws = 200000;
  double sum = 0;
  double squares = 0;
  double above = 0;
  for (int draw = 0; draw < draws; ++draw) {
    const double value = stream.exponential(3);
    sum += value;
    squares += value * value;
    above += stream.chance(0.25) ? 1 : 0;
    const double bounded = stream.uniform(-2, 5);
    ASSERT_TRUE(bounded > -2 && bounded < 5);
  }
  EXPECT_NEAR(sum / draws, 3, 4 * 3 / std::sqrt(draws));  // four standard errors
  EXPECT_NEAR(squares / draws, 18, 4 * std::sqrt(20.0) * 9 / std::sqrt(draws));
  EXPECT_NEAR(above / draws, 0.25, 4 * std::sqrt(0.25 * 0.75 / draws));
}

TEST(RandomStream, draws_every_number_below_a_bound_equally_often) {
  RandomStream stream(1, 0, "below");
  constexpr std::uint32_t bound = 7;
  constexpr int draws = 70000;
  std::vector<int> counts(bound, 0);
  for (int draw = 0; draw < draws; ++draw) ++counts.at(stream.below(bound));
  double chi_squared = 0;
  for (const int count : counts) chi_squared += (count - 10000.0) * (count - 10000.0) / 10000.0;
  EXPECT_LT(chi_squared, 22.46);  // 99.9 % quantile with 6 degrees of freedom
  for (int draw = 0; draw < 100; ++draw) EXPECT_EQ(stream.below(1), 0U);
}

TEST(RandomStream, has_no_modulo_bias_for_a_bound_near_two_to_the_32) {
  // A modulo of 32 random bits would draw the lower third twice as often as the rest.
  RandomStream stream(1, 0, "bias");
  constexpr std::uint32_t bound = 3221225472U;  // three quarters of 2^32
  constexpr int draws = 60000;
  int low = 0;
  for (int draw = 0; draw < draws; ++draw) low += stream.below(bound) < bound / 3 ? 1 : 0;
  EXPECT_NEAR(low, draws / 3.0, 4 * std::sqrt(draws * 2.0 / 9));
}

}  // namespace
}  // namespace poolcast
