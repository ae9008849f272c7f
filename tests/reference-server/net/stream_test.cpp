#include "reference-server/net/stream.hpp"

#include <gmock/gmock.h>

#include <utility>

#include "tests/reference-server/net/tls_pair.hpp"

namespace poolcast::net {
namespace {

using tests::ScratchFolder;

std::string text_of(const std::array<char, 64>& buffer, const Transfer& got) { return {buffer.data(), got.bytes}; }

TEST(Stream, is_drained_by_the_read_that_takes_the_last_record_and_not_before) {
  const ScratchFolder folder;
  const CertificateFiles files = make_pair(folder, "a");
  const auto context = TlsContext::load(settings_of(files)).value();
  const auto clients = TlsClientContext::load({files.chain.string()}).value();
  const auto connected = connect(*context, *clients);
  ASSERT_NE(connected, nullptr);
  ASSERT_EQ(SSL_write(connected->client.get(), "first", 5), 5);
  ASSERT_EQ(SSL_write(connected->client.get(), "second", 6), 6);
  Stream stream(connected->sockets[0], std::move(connected->server));
  std::array<char, 64> buffer{};
  const Transfer first = stream.read(buffer);
  EXPECT_EQ(text_of(buffer, first), "first");
  EXPECT_FALSE(first.drained) << "the second record has arrived";
  const Transfer second = stream.read(buffer);
  EXPECT_EQ(text_of(buffer, second), "second");
  EXPECT_TRUE(second.drained);
  EXPECT_EQ(stream.read(buffer).wants, Wants::read);
  ASSERT_EQ(SSL_write(connected->client.get(), "third", 5), 5);
  const Transfer third = stream.read(buffer);
  EXPECT_EQ(text_of(buffer, third), "third");
  EXPECT_TRUE(third.drained);
}

TEST(Stream, tells_a_peer_that_has_gone_from_one_that_is_silent) {
  const ScratchFolder folder;
  const auto context = TlsContext::load(settings_of(make_pair(folder, "a"))).value();
  const auto clients = TlsClientContext::load({}).value();
  const auto connected = connect(*context, *clients);
  ASSERT_NE(connected, nullptr);
  Stream stream(connected->sockets[0], std::move(connected->server));
  std::array<char, 64> buffer{};
  EXPECT_EQ(stream.read(buffer).wants, Wants::read);
  ASSERT_EQ(::shutdown(connected->sockets[1], SHUT_WR), 0);
  EXPECT_EQ(stream.read(buffer).wants, Wants::closed);
}

}  // namespace
}  // namespace poolcast::net
