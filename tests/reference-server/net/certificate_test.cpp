#include "reference-server/net/certificate.hpp"

#include <gmock/gmock.h>

#include "tests/reference-server/net/scratch_folder.hpp"

namespace poolcast::net {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::ScratchFolder;

const WallTime now = std::chrono::system_clock::now();

int mode_of(const std::filesystem::path& file) { return static_cast<int>(std::filesystem::status(file).permissions()); }

TEST(Certificate, of_our_own_is_valid_for_its_names_and_its_time) {
  const ScratchFolder folder;
  const auto made = make_self_signed({folder.path() / "tls", {"chat.example", "127.0.0.1", "::1"}, hours{48}}, now);
  ASSERT_TRUE(made) << made.error().message;
  const auto facts = read_certificate(made->chain);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->subject, "CN=chat.example");
  EXPECT_THAT(facts->names, ElementsAre("chat.example", "127.0.0.1", "0:0:0:0:0:0:0:1"));
  EXPECT_LE(facts->not_before, now);
  EXPECT_EQ(std::chrono::floor<std::chrono::seconds>(now + hours{48}), facts->not_after);
  EXPECT_EQ(facts->fingerprint.size(), 32U * 3 - 1);
}

TEST(Certificate, has_a_key_that_only_its_owner_reads) {
  const ScratchFolder folder;
  const auto made = make_self_signed({folder.path() / "tls"}, now);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(mode_of(made->private_key), 0600);
  EXPECT_EQ(mode_of(made->chain), 0644);
  EXPECT_EQ(mode_of(folder.path() / "tls"), 0700);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path() / "tls"), {}), 2) << "nothing unfinished stays";
}

TEST(Certificate, overwrites_nothing) {
  const ScratchFolder folder;
  (void)folder.write("server.pem", "somebody's");
  const auto made = make_self_signed({folder.path()}, now);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("server.pem"));
  EXPECT_EQ(folder.read("server.pem"), "somebody's");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "server.key")) << "the next start would find half a pair";
}

TEST(Certificate, is_made_at_the_first_start_and_used_at_the_second) {
  const ScratchFolder folder;
  const SelfSignedOrder order{.directory = folder.path()};
  const auto first = own_certificate(order, now);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->made);
  const std::string text = folder.read("server.pem");
  const auto second = own_certificate(order, now + hours{1});
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->made);
  EXPECT_EQ(folder.read("server.pem"), text);
}

TEST(Certificate, without_its_key_is_an_error_that_names_the_missing_file) {
  const ScratchFolder folder;
  const SelfSignedOrder order{.directory = folder.path()};
  ASSERT_TRUE(own_certificate(order, now));
  std::filesystem::remove(folder.path() / "server.key");
  const auto again = own_certificate(order, now);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("server.key: is missing"));
}

TEST(Certificate, that_is_none_is_an_error_that_names_the_file) {
  const ScratchFolder folder;
  const auto file = folder.write("chain.pem", "no certificate");
  EXPECT_THAT(read_certificate(file).error().message, HasSubstr("chain.pem: holds no certificate"));
  EXPECT_THAT(read_certificate(folder.path() / "gone.pem").error().message, HasSubstr("gone.pem: cannot be read"));
}

}  // namespace
}  // namespace poolcast::net
