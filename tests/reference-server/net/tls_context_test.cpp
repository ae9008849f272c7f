#include "reference-server/net/tls_context.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <utility>

#include "tests/reference-server/net/scratch_folder.hpp"
#include "tests/reference-server/net/tls_pair.hpp"

namespace poolcast::net {
namespace {

using testing::HasSubstr;
using testing::Not;
using tests::ScratchFolder;

std::string receive(SSL* ssl) {
  std::string text(64, '\0');
  const int size = SSL_read(ssl, text.data(), static_cast<int>(text.size()));
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

TEST(TlsContext, lets_a_client_that_trusts_its_certificate_in) {
  const ScratchFolder folder;
  const CertificateFiles files = make_pair(folder, "a");
  const auto context = TlsContext::load(settings_of(files));
  ASSERT_TRUE(context) << context.error().message;
  const auto clients = TlsClientContext::load({files.chain.string()});
  ASSERT_TRUE(clients) << clients.error().message;
  const auto connected = connect(**context, **clients);
  ASSERT_NE(connected, nullptr);
  EXPECT_STREQ(SSL_get_version(connected->client.get()), "TLSv1.3");
  EXPECT_EQ(SSL_write(connected->client.get(), "hello", 5), 5);
  EXPECT_EQ(receive(connected->server.get()), "hello");
}

TEST(TlsContext, is_refused_by_a_client_that_trusts_another_certificate) {
  const ScratchFolder folder;
  const auto context = TlsContext::load(settings_of(make_pair(folder, "a"))).value();
  const auto clients = TlsClientContext::load({make_pair(folder, "b").chain.string()}).value();
  EXPECT_EQ(connect(*context, *clients), nullptr);
}

TEST(TlsContext, speaks_tls_1_2_and_nothing_older) {
  const ScratchFolder folder;
  const auto context = TlsContext::load(settings_of(make_pair(folder, "a"))).value();
  for (const auto& [version, works] : {std::pair{TLS1_2_VERSION, true}, std::pair{TLS1_1_VERSION, false}}) {
    const auto clients = TlsClientContext::load({}).value();
    SSL_CTX_set_security_level(clients->native(), 0);
    SSL_CTX_set_min_proto_version(clients->native(), version);
    SSL_CTX_set_max_proto_version(clients->native(), version);
    SSL_CTX_set_cipher_list(clients->native(), "ALL:@SECLEVEL=0");
    EXPECT_EQ(connect(*context, *clients) != nullptr, works) << version;
  }
}

TEST(TlsContext, has_no_cipher_of_tls_1_2_without_forward_secrecy) {
  const ScratchFolder folder;
  const auto context = TlsContext::load(settings_of(make_pair(folder, "a"))).value();
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context->native());
  ASSERT_GT(sk_SSL_CIPHER_num(ciphers), 0);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(ciphers, i);
    EXPECT_EQ(SSL_CIPHER_is_aead(cipher), 1) << SSL_CIPHER_get_name(cipher);
    const int exchange = SSL_CIPHER_get_kx_nid(cipher);
    EXPECT_TRUE(exchange == NID_kx_ecdhe || exchange == NID_kx_any) << SSL_CIPHER_get_name(cipher);
  }
}

TEST(TlsContext, resumes_a_session_by_its_ticket_unless_tickets_are_off) {
  const ScratchFolder folder;
  for (const bool tickets : {true, false}) {
    TlsSettings settings = settings_of(make_pair(folder, tickets ? "on" : "off"));
    settings.session_tickets = tickets;
    const auto context = TlsContext::load(settings).value();
    const auto clients = TlsClientContext::load({}).value();
    const auto first = connect(*context, *clients);
    ASSERT_NE(first, nullptr);
    SSL_write(first->server.get(), "x", 1);
    EXPECT_EQ(receive(first->client.get()), "x");  // takes the ticket, which came before it
    const std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> session(SSL_get1_session(first->client.get()),
                                                                            SSL_SESSION_free);
    const auto second = connect(*context, *clients, session.get());
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(SSL_session_reused(second->client.get()) == 1, tickets);
  }
}

TEST(TlsContext, reads_its_key_from_a_variable_too) {
  const ScratchFolder folder;
  const CertificateFiles files = make_pair(folder, "a");
  ASSERT_EQ(::setenv("POOLCAST_TEST_KEY", folder.read("a/server.key").c_str(), 1), 0);
  EXPECT_TRUE(TlsContext::load({files.chain, Secret{std::nullopt, "POOLCAST_TEST_KEY"}}));
  ASSERT_EQ(::unsetenv("POOLCAST_TEST_KEY"), 0);
  EXPECT_THAT(TlsContext::load({files.chain, Secret{std::nullopt, "POOLCAST_TEST_KEY"}}).error().message,
              HasSubstr("environment variable POOLCAST_TEST_KEY: is not set"));
}

TEST(TlsContext, names_the_file_that_is_wrong) {
  const ScratchFolder folder;
  const CertificateFiles a = make_pair(folder, "a");
  const CertificateFiles b = make_pair(folder, "b");
  const auto message = [](const CertificateFiles& files) {
    const auto loaded = TlsContext::load(settings_of(files));
    return loaded ? std::string("was loaded") : loaded.error().message;
  };
  EXPECT_THAT(message({a.chain, b.private_key}), HasSubstr("b/server.key: is not the key of the certificate"));
  EXPECT_THAT(message({a.chain, folder.path() / "gone.key"}), HasSubstr("gone.key: the private key cannot be read"));
  EXPECT_THAT(message({folder.path() / "gone.pem", a.private_key}), HasSubstr("gone.pem: cannot be read"));
  const auto nonsense = folder.write("nonsense.key", "s3cr3t-nonsense");
  std::filesystem::permissions(nonsense, std::filesystem::perms::owner_read);
  EXPECT_THAT(message({a.chain, nonsense}), HasSubstr("nonsense.key: holds no private key"));
  EXPECT_THAT(message({a.chain, nonsense}), Not(HasSubstr("s3cr3t")));
}

TEST(TlsContext, refuses_a_key_that_everybody_may_read) {
  const ScratchFolder folder;
  const CertificateFiles files = make_pair(folder, "a");
  std::filesystem::permissions(files.private_key, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  EXPECT_THAT(TlsContext::load(settings_of(files)).error().message, HasSubstr("everybody may read this private key"));
}

void copy(const CertificateFiles& from, const CertificateFiles& to) {
  constexpr auto overwrite = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(from.chain, to.chain, overwrite);
  std::filesystem::copy_file(from.private_key, to.private_key, overwrite);
}

TEST(TlsKeeper, serves_new_connections_with_a_new_certificate_and_keeps_the_old_ones) {
  const ScratchFolder folder;
  const CertificateFiles files = make_pair(folder, "a");
  const auto keeper = TlsKeeper::load(settings_of(files)).value();
  const auto clients = TlsClientContext::load({}).value();
  const auto before = connect(*keeper->current(), *clients);
  ASSERT_NE(before, nullptr);
  const std::string old = keeper->current()->certificate().fingerprint;
  copy(make_pair(folder, "b"), files);
  EXPECT_TRUE(keeper->reload());
  EXPECT_NE(keeper->current()->certificate().fingerprint, old);
  EXPECT_NE(connect(*keeper->current(), *clients), nullptr);
  EXPECT_EQ(SSL_write(before->client.get(), "still", 5), 5);
  EXPECT_EQ(receive(before->server.get()), "still");
}

TEST(TlsKeeper, keeps_the_old_certificate_when_the_new_one_is_bad) {
  const ScratchFolder folder;
  const CertificateFiles files = make_pair(folder, "a");
  const auto keeper = TlsKeeper::load(settings_of(files)).value();
  const std::string old = keeper->current()->certificate().fingerprint;
  (void)folder.write("a/server.pem", "broken");
  const auto broken = keeper->reload();
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("a/server.pem"));
  copy(make_pair(folder, "expired", std::chrono::hours{0}), files);
  const auto expired = keeper->reload();
  ASSERT_FALSE(expired);
  EXPECT_THAT(expired.error().message, HasSubstr("has expired"));
  EXPECT_EQ(keeper->current()->certificate().fingerprint, old);
}

}  // namespace
}  // namespace poolcast::net
