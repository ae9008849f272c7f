// The vault: what a stolen database does not give away.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "reference-server/store/text.hpp"
#include "tests/reference-server/store/support.hpp"

namespace poolcast::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto uri = "sip:ann@lab.example";

TEST(Vault, a_fresh_key_file_is_for_its_owner_alone) {
  const Folder folder;
  ASSERT_TRUE(Vault::open(folder.file("key")));
  struct stat status {};
  ASSERT_EQ(::stat(folder.file("key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(Vault, a_key_file_that_others_may_read_is_refused) {
  const Folder folder;
  ASSERT_TRUE(Vault::open(folder.file("key")));
  ASSERT_EQ(::chmod(folder.file("key").c_str(), 0640), 0);
  const auto vault = Vault::open(folder.file("key"));
  ASSERT_FALSE(vault);
  EXPECT_THAT(vault.error().message, HasSubstr("chmod 600"));
}

TEST(Vault, opens_as_much_for_nobody_as_for_a_user) {
  const Folder folder;
  const auto vault = Vault::open(folder.file("key"));
  ASSERT_TRUE(vault);
  // The same key, the same cipher over the same length: what a sign-in of an unknown user costs is what a known one's does.
  const auto digest = vault->open_nobodys(VerifierKind::digest_ha1);
  ASSERT_TRUE(digest);
  EXPECT_EQ(digest->bytes().size(), 32U);
  const auto ntlm = vault->open_nobodys(VerifierKind::nt_hash);
  ASSERT_TRUE(ntlm);
  EXPECT_EQ(ntlm->bytes().size(), 16U);
}

TEST(Vault, what_is_no_key_is_named_with_its_line) {
  const Folder folder;
  ASSERT_TRUE(Vault::open(folder.file("key")));
  std::ofstream(folder.file("key"), std::ios::app) << "id not-hexadecimal\n";
  EXPECT_THAT(Vault::open(folder.file("key")).error().message, HasSubstr("line 2"));
}

TEST(Vault, the_same_secret_is_sealed_differently_each_time) {
  const Folder folder;
  const auto vault = Vault::open(folder.file("key"));
  const auto first = vault->seal(uri, VerifierKind::digest_ha1, "lab", "secret");
  const auto second = vault->seal(uri, VerifierKind::digest_ha1, "lab", "secret");
  EXPECT_NE(first.sealed, second.sealed);
  EXPECT_EQ(vault->open(uri, first)->bytes(), "secret");
  EXPECT_EQ(vault->open(uri, second)->bytes(), "secret");
}

TEST(Vault, a_seal_fits_only_its_user_kind_realm_and_bytes) {
  const Folder folder;
  const auto vault = Vault::open(folder.file("key"));
  const auto sealed = vault->seal(uri, VerifierKind::digest_ha1, "lab", "secret");
  EXPECT_EQ(vault->open("sip:bo@lab.example", sealed).error().code, ErrorCode::forbidden);
  auto changed = sealed;
  changed.kind = VerifierKind::nt_hash;
  EXPECT_EQ(vault->open(uri, changed).error().code, ErrorCode::forbidden);
  changed = sealed;
  changed.realm = "other";
  EXPECT_EQ(vault->open(uri, changed).error().code, ErrorCode::forbidden);
  for (std::size_t i = 0; i < sealed.sealed.size(); ++i) {
    changed = sealed;
    changed.sealed[i] = changed.sealed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(vault->open(uri, changed)) << i;
  }
  for (const char* text : {"", "A", "AAAA", "====", "no base64!"}) {
    changed.sealed = text;
    EXPECT_EQ(vault->open(uri, changed).error().code, ErrorCode::forbidden) << text;
  }
}

TEST(Vault, another_key_says_which_one_is_missing) {
  const Folder folder;
  const auto sealed = Vault::open(folder.file("one"))->seal(uri, VerifierKind::nt_hash, "", "secret");
  const auto answer = Vault::open(folder.file("two"))->open(uri, sealed);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::not_found);
  EXPECT_THAT(answer.error().message, HasSubstr(sealed.key_id));
}

TEST(Vault, keys_are_changed_without_a_gap) {
  const Folder folder;
  const auto old = Vault::open(folder.file("key"));
  const auto before = old->seal(uri, VerifierKind::nt_hash, "", "secret");
  const auto both = Vault::add_key(folder.file("key"));
  ASSERT_TRUE(both);
  EXPECT_NE(both->newest_key(), old->newest_key());
  EXPECT_EQ(both->open(uri, before)->bytes(), "secret");
  const auto after = both->seal(uri, VerifierKind::nt_hash, "", "secret");
  const auto newest = Vault::drop_old_keys(folder.file("key"));
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->open(uri, after)->bytes(), "secret");
  EXPECT_FALSE(newest->open(uri, before));
}

TEST(Text, only_utf8_without_zero_bytes_is_text) {
  for (const char* good :
       {"", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(valid_text(good));
  for (const char* bad : {"\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                          "\xf5", "\xe2\x82", "a\xffz"})
    EXPECT_FALSE(valid_text(bad));
  EXPECT_FALSE(valid_text(std::string_view("\0", 1)));
}

TEST(Text, words_are_runs_of_letters_and_digits) {
  EXPECT_THAT(words_of("don't  e-mail_me, 3.14 gr\xc3\xbc\xc3\x9f"),
              ElementsAre("don", "t", "e", "mail", "me", "3", "14", "gr\xc3\xbc\xc3\x9f"));
}

TEST(Uuid, is_written_and_read_alike_and_grows_with_time) {
  Uuid read;
  const Uuid uuid = random_uuid();
  EXPECT_TRUE(parse_uuid(to_string(uuid), read));
  EXPECT_EQ(read, uuid);
  EXPECT_LT(time_ordered_uuid(noon_ms), time_ordered_uuid(noon_ms + 1));
  for (const char* bad : {"", "01234567-89ab-cdef-0123-456789abcde", "01234567-89ab-cdef-0123-456789abcdeg",
                          "0123456789ab-cdef-0123-456789abcdef-"})
    EXPECT_FALSE(parse_uuid(bad, read)) << bad;
}

}  // namespace
}  // namespace poolcast::store::testing
