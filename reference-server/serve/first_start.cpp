#include "reference-server/serve/first_start.hpp"

#include <sys/random.h>

#include <array>

#include "domain/ensure.hpp"
#include "reference-server/proto/digest.hpp"
#include "reference-server/proto/ntlm.hpp"
#include "reference-server/store/vault.hpp"

namespace poolcast::serve {

namespace {

// 20 letters of an alphabet of 32: 100 bits. Letters that look alike are left out.
std::string random_password() {
  constexpr std::string_view alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  static_assert(alphabet.size() == 32);
  std::array<std::uint8_t, 20> bytes{};
  ensure(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), "the kernel gives random bytes");
  std::string password;
  for (const std::uint8_t byte : bytes) {
    if (!password.empty() && password.size() % 6 == 5) password += '-';
    password += alphabet[byte % alphabet.size()];
  }
  return password;
}

Result<store::Directory> edit(net::Loop& loop, store::Store& store, std::vector<store::Edit> edits) {
  std::optional<Result<store::Directory>> answer;
  store.edit(std::move(edits), [&](Result<store::Directory> result) { answer = std::move(result); });
  loop.run_until([&] { return answer.has_value(); });
  return std::move(*answer);
}

}  // namespace

Result<std::optional<DemoUser>> make_demo_content(net::Loop& loop, store::Store& store, const Settings& settings,
                                                  const std::string& key_file) {
  auto directory = store.load_directory();
  if (!directory) return directory.error();
  if (!directory->principals.empty()) return std::optional<DemoUser>{};
  const auto vault = store::Vault::open(key_file);
  if (!vault) return vault.error();
  const DemoUser demo{"sip:demo@" + settings.chat.domain, random_password()};
  store::Principal user;
  user.uri = demo.uri;
  user.display_name = "Demo";
  store::Category category;
  category.name = "General";
  category.description = "Rooms for everybody.";
  auto made = edit(loop, store, {store::Edit(user), store::Edit(category)});
  if (!made) return made.error();
  ensure(!made->categories.empty() && !made->principals.empty(), "an edit brings back what it made");
  const std::string login = demo.uri.substr(4);
  std::vector<store::Edit> edits;
  const store::PrincipalId id = made->principals.front().id;
  edits.emplace_back(store::SetVerifier{id, vault->seal(demo.uri, store::VerifierKind::digest_ha1, settings.realm,
                                                        proto::digest_ha1(login, settings.realm, demo.password))});
  if (const auto nt_hash = proto::ntlm_hash(demo.password))
    edits.emplace_back(store::SetVerifier{id, vault->seal(demo.uri, store::VerifierKind::nt_hash, {}, proto::as_text(*nt_hash))});
  store::Room room;
  room.guid = store::random_uuid();
  room.category = made->categories.front().id;
  room.name = "Lobby";
  room.description = "Everybody may come in.";
  room.privacy = store::Privacy::open;
  edits.emplace_back(room);
  made = edit(loop, store, std::move(edits));
  if (!made) return made.error();
  return std::optional<DemoUser>{demo};
}

}  // namespace poolcast::serve
