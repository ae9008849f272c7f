// Seals password verifiers with AES-256-GCM under keys that lie in a file outside the database, so that a stolen database or
// backup alone signs nobody in. Whoever reads both the file and the database can act as every user: guard the file like the TLS
// key.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "reference-server/result.hpp"
#include "reference-server/store/directory.hpp"

namespace poolcast::store {

// Wiped when it is left.
class Secret {
public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();
  std::string_view bytes() const { return bytes_; }

private:
  std::string bytes_;
};

class Vault {
public:
  // The file has one line per key, `id hexadecimal`, the newest last. An absent file is created with a fresh key and mode 0600;
  // one that others may read is refused.
  static Result<Vault> open(const std::string& key_file);

  // The uri and the kind go into the seal: a verifier that is moved to another user does not open.
  SealedVerifier seal(const std::string& uri, VerifierKind kind, const std::string& realm, std::string_view secret) const;
  // `forbidden`: the seal does not fit; `not_found`: the key it names is not in the file.
  Result<Secret> open(const std::string& uri, const SealedVerifier& verifier) const;

  // Opens a verifier that belongs to nobody and holds zeros: it takes the time that a user's takes.
  Result<Secret> open_nobodys(VerifierKind kind) const;

  const std::string& newest_key() const { return newest_; }
  // Adds a key to the file; what was sealed before still opens until it is sealed anew.
  static Result<Vault> add_key(const std::string& key_file);
  // Leaves only the newest key in the file, after everything has been sealed anew.
  static Result<Vault> drop_old_keys(const std::string& key_file);

private:
  using Key = std::array<std::uint8_t, 32>;
  std::map<std::string, Key> keys_;
  std::string newest_;
  std::map<VerifierKind, SealedVerifier> nobodys_;
};

}  // namespace poolcast::store
