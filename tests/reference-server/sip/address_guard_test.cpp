#include "reference-server/sip/address_guard.hpp"

#include <gtest/gtest.h>

namespace poolcast::sip {
namespace {

TEST(AddressGuard, one_address_has_so_many_places_and_leaves_the_others_alone) {
  AddressGuard guard({.connections = 2});
  EXPECT_TRUE(guard.take_connection("192.0.2.1", 0));
  EXPECT_TRUE(guard.take_connection("192.0.2.1", 0));
  EXPECT_FALSE(guard.take_connection("192.0.2.1", 0));
  EXPECT_TRUE(guard.take_connection("192.0.2.2", 0));
  guard.give_back_connection("192.0.2.1");
  EXPECT_TRUE(guard.take_connection("192.0.2.1", 0));
}

TEST(AddressGuard, bytes_come_back_with_time_up_to_the_burst) {
  AddressGuard guard({.bytes_per_s = 10, .burst_bytes = 100});
  EXPECT_TRUE(guard.take_bytes("a", 100, 0));
  EXPECT_FALSE(guard.take_bytes("a", 1, 0));
  EXPECT_TRUE(guard.take_bytes("a", 50, 5));
  EXPECT_FALSE(guard.take_bytes("a", 101, 1000)) << "never more than the burst";
}

TEST(AddressGuard, forgets_addresses_that_are_as_if_they_had_never_come) {
  AddressGuard guard({.bytes_per_s = 10, .burst_bytes = 100, .addresses = 3});
  EXPECT_TRUE(guard.take_connection("stays", 1));
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(guard.take_bytes(std::to_string(i), 1, 1.0 + 20 * i));
  EXPECT_LE(guard.addresses(), 3U);
  guard.give_back_connection("stays");
}

TEST(AddressGuard, strangers_share_one_account_when_there_are_too_many) {
  AddressGuard guard({.connections = 2, .addresses = 2});
  EXPECT_TRUE(guard.take_connection("a", 1));
  EXPECT_TRUE(guard.take_connection("b", 1));
  EXPECT_TRUE(guard.take_connection("c", 1));
  EXPECT_TRUE(guard.take_connection("d", 1));
  EXPECT_FALSE(guard.take_connection("e", 1));
  EXPECT_TRUE(guard.take_connection("a", 1)) << "who is known is not in it";
  guard.give_back_connection("c");
  EXPECT_TRUE(guard.take_connection("e", 1));
}

}  // namespace
}  // namespace poolcast::sip
