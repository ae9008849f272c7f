// Links over TLS between two hubs, and certificates that are past their time.
#include "reference-server/link/tls.hpp"

#include <gtest/gtest.h>

#include "reference-server/link/hub.hpp"
#include "tests/reference-server/net/scratch_folder.hpp"

namespace poolcast::link {
namespace {

using std::chrono::hours;

// Signs itself, so that it is its own authority.
TlsSettings certificate(const tests::ScratchFolder& folder, const std::string& name, hours age) {
  const auto made =
      net::make_self_signed({folder.path() / name, {"chat-1", "chat-2"}, hours{24}}, std::chrono::system_clock::now() - age);
  return {made->chain.string(), made->chain.string(), Secret{made->private_key.string(), std::nullopt}};
}

struct User : HubUser {
  void peer_linked(PeerNumber) override { linked = true; }
  void peer_said(PeerNumber, Message) override {}
  void peer_lost(PeerNumber, const std::string& why) override { whys.push_back(why); }
  void peer_unreachable(PeerNumber, const std::string& why) override { whys.push_back(why); }
  void stranger_refused(const std::string&, const std::string& why) override { whys.push_back(why); }
  bool linked = false;
  std::vector<std::string> whys;
};

// What two nodes with this certificate say when one calls the other.
std::pair<User, User> call(const TlsSettings& settings) {
  net::Loop loop;
  const auto tls = Tls::load(settings).value();
  std::pair<User, User> users;
  const auto never = [] { return 1.0; };
  net::ListenAddress called_at{"127.0.0.1", 0};
  Settings of_called{
      .self = {protocol_version, "chat", "chat-2", {}}, .listen = called_at, .peers = {{"chat-1", called_at}}, .tls = tls};
  Hub called(loop, of_called, users.second, never);
  EXPECT_TRUE(called.open());
  Settings of_caller{
      .self = {protocol_version, "chat", "chat-1", {}}, .listen = called_at, .peers = {{"chat-2", called.address()}}, .tls = tls};
  Hub caller(loop, of_caller, users.first, never);
  EXPECT_TRUE(caller.open());
  bool late = false;
  loop.after(std::chrono::seconds(20), [&] { late = true; });
  loop.run_until([&] {
    return late || (users.first.linked && users.second.linked) || (!users.first.whys.empty() && !users.second.whys.empty());
  });
  EXPECT_FALSE(late);
  return users;
}

TEST(LinkTls, links_nodes_that_prove_who_they_are) {
  const tests::ScratchFolder folder;
  const auto [caller, called] = call(certificate(folder, "fresh", hours{0}));
  EXPECT_TRUE(caller.linked && called.linked);
}

TEST(LinkTls, says_on_both_sides_that_a_certificate_has_expired) {
  const tests::ScratchFolder folder;
  const auto [caller, called] = call(certificate(folder, "old", hours{100}));
  ASSERT_FALSE(caller.whys.empty() || called.whys.empty());
  EXPECT_NE(caller.whys.front().find("certificate has expired"), std::string::npos) << caller.whys.front();
  EXPECT_NE(called.whys.front().find("certificate expired"), std::string::npos) << called.whys.front();
}

TEST(LinkTls, keeps_the_certificate_in_use_when_the_new_one_has_expired) {
  const tests::ScratchFolder folder;
  const TlsSettings files = certificate(folder, "fresh", hours{0});
  const auto tls = Tls::load(files).value();
  const std::string fingerprint = tls->certificate().fingerprint;
  const TlsSettings old = certificate(folder, "old", hours{100});
  for (const auto& [from, to] : {std::pair(old.certificate, files.certificate), {*old.private_key.file, *files.private_key.file}})
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  const auto reloaded = tls->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_NE(reloaded.error().message.find("has expired"), std::string::npos);
  EXPECT_EQ(tls->certificate().fingerprint, fingerprint);
}

}  // namespace
}  // namespace poolcast::link
