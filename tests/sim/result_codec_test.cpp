#include "sim/result_codec.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace poolcast::sim {
namespace {

ReplicationResult something() {
  Fold fold(Seconds{150}, Seconds{60});
  const SeriesId latency = fold.add(Metric::delivery_latency, {.site = "north", .pool = "chat", .part = "small"});
  fold.latency(latency, 1, 0.25, 7);
  fold.latency(latency, 61, 3.5);
  const SeriesId level = fold.add(Metric::users_connected, {.node = "chat-1"});
  fold.level(level, 10, 20'000);
  const SeriesId back = fold.add(Metric::users_back, {.part = "lose chat-2"});
  fold.once(back, "p50", 12.5);
  fold.once(back, "", 1);
  ReplicationResult result = std::move(fold).finish();
  result.replication = 3;
  result.events = 1'234'567;
  result.event_names = {"post", "join"};
  result.event_counts = {10, 20};
  result.peak_memory_bytes = 5e7;
  return result;
}

TEST(ResultCodec, what_is_encoded_decodes_to_itself) { EXPECT_EQ(decode(encode(something())), something()); }

TEST(ResultCodec, bytes_that_end_early_are_refused_at_every_length) {
  const std::string bytes = encode(something());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    ASSERT_THROW(decode(std::string_view(bytes).substr(0, length)), std::runtime_error) << length;
}

TEST(ResultCodec, bytes_after_the_end_are_refused) { EXPECT_THROW(decode(encode(something()) + "x"), std::runtime_error); }

TEST(ResultCodec, a_flipped_byte_never_does_more_than_throw) {
  const std::string bytes = encode(something());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string wrong = bytes;
    wrong[i] = static_cast<char>(wrong[i] ^ 0x80);
    try {
      decode(wrong);
    } catch (const std::runtime_error&) {
      continue;  // refused; a changed figure cannot be seen
    }
  }
}

}  // namespace
}  // namespace poolcast::sim
