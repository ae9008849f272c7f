#include "reference-server/store/vault.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <vector>

#include "domain/ensure.hpp"

namespace poolcast::store {

namespace {

constexpr std::size_t nonce_bytes = 12;  // what GCM is made for: NIST SP 800-38D, 5.2.1.1
constexpr std::size_t tag_bytes = 16;
using Bytes = std::vector<std::uint8_t>;
using Key = std::array<std::uint8_t, 32>;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

const std::uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }  // NOLINT

std::string hex(const std::uint8_t* data, std::size_t size) {
  constexpr auto digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += digits[data[i] >> 4];
    text += digits[data[i] & 0x0f];
  }
  return text;
}

bool from_hex(const std::string& text, Key& key) {
  if (text.size() != key.size() * 2 || text.find_first_not_of("0123456789abcdef") != std::string::npos) return false;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(std::stoul(text.substr(i * 2, 2), nullptr, 16));
  return true;
}

std::string base64(const Bytes& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends with a zero byte
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));  // NOLINT
  text.resize(static_cast<std::size_t>(length));
  return text;
}

bool from_base64(const std::string& text, Bytes& bytes) {
  bytes.resize(text.size() / 4 * 3 + 3);
  const int length = EVP_DecodeBlock(bytes.data(), bytes_of(text), static_cast<int>(text.size()));
  if (length < 0 || text.size() % 4 != 0) return false;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return base64(bytes) == text;  // one spelling only: the last letter has bits that mean nothing
}

// What the seal is bound to; zero bytes cannot occur inside the parts.
std::string bound_to(const std::string& uri, VerifierKind kind, const std::string& realm) {
  std::string text = uri;
  text += '\0';
  text += static_cast<char>(kind);
  text += '\0';
  return text + realm;
}

Bytes encrypt(const Key& key, const std::string& bound, std::string_view plain) {
  Bytes out(nonce_bytes + plain.size() + tag_bytes);
  ensure(RAND_bytes(out.data(), static_cast<int>(nonce_bytes)) == 1, "the system gives random bytes");
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(EVP_CIPHER_CTX_new());
  int length = 0;
  std::uint8_t* text = out.data() + nonce_bytes;
  bool right = EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), out.data()) == 1;
  right = right && EVP_EncryptUpdate(context.get(), nullptr, &length, bytes_of(bound), static_cast<int>(bound.size())) == 1;
  right = right && EVP_EncryptUpdate(context.get(), text, &length, bytes_of(plain), static_cast<int>(plain.size())) == 1;
  right = right && EVP_EncryptFinal_ex(context.get(), text + plain.size(), &length) == 1;
  right =
      right && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_bytes), text + plain.size()) == 1;
  ensure(right, "AES-256-GCM encrypts");
  return out;
}

bool decrypt(const Key& key, const std::string& bound, Bytes sealed, std::string& plain) {
  if (sealed.size() < nonce_bytes + tag_bytes) return false;
  const std::size_t size = sealed.size() - nonce_bytes - tag_bytes;
  std::uint8_t* text = sealed.data() + nonce_bytes;
  plain.resize(size);
  auto* out = reinterpret_cast<std::uint8_t*>(plain.data());  // NOLINT
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(EVP_CIPHER_CTX_new());
  int length = 0;
  bool right = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), sealed.data()) == 1;
  right = right && EVP_DecryptUpdate(context.get(), nullptr, &length, bytes_of(bound), static_cast<int>(bound.size())) == 1;
  right = right && EVP_DecryptUpdate(context.get(), out, &length, text, static_cast<int>(size)) == 1;
  right = right && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_bytes), text + size) == 1;
  right = right && EVP_DecryptFinal_ex(context.get(), out + size, &length) == 1;
  return right;
}

Error file_problem(const std::string& file, const std::string& what) {
  return {ErrorCode::internal, "key file " + file + ": " + what, false};
}

std::string fresh_line() {
  std::array<std::uint8_t, 4> id{};
  Key key{};
  ensure(RAND_bytes(id.data(), static_cast<int>(id.size())) == 1, "the system gives random bytes");
  ensure(RAND_bytes(key.data(), static_cast<int>(key.size())) == 1, "the system gives random bytes");
  std::string line = hex(id.data(), id.size()) + ' ' + hex(key.data(), key.size()) + '\n';
  OPENSSL_cleanse(key.data(), key.size());
  return line;
}

// Empty, or what went wrong. Either the old file or the new one is there, whole, after a crash.
std::string replace_file(const std::string& file, const std::string& text, bool must_be_new) {
  const std::string beside = file + ".new";
  ::unlink(beside.c_str());
  const int descriptor = ::open(beside.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0) return std::strerror(errno);
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(descriptor) == 0;
  ::close(descriptor);
  std::string problem;
  if (!written)
    problem = "cannot be written";
  else if ((must_be_new ? ::link(beside.c_str(), file.c_str()) : ::rename(beside.c_str(), file.c_str())) != 0)
    // Two nodes may start together: the one that is second reads what the first has made.
    problem = must_be_new && errno == EEXIST ? "" : std::strerror(errno);
  ::unlink(beside.c_str());
  return problem;
}

constexpr const char* nobody = "sip:nobody@nobody.example";

}  // namespace

// A short text is copied by a move, so what is left is wiped.
Secret::Secret(Secret&& other) noexcept { std::swap(bytes_, other.bytes_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(bytes_, other.bytes_);  // the old one is wiped when `other` is left
  return *this;
}

Secret::~Secret() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

Result<Vault> Vault::open(const std::string& key_file) {
  struct stat status {};
  if (::stat(key_file.c_str(), &status) != 0) {
    if (errno != ENOENT) return file_problem(key_file, std::strerror(errno));
    if (const std::string problem = replace_file(key_file, fresh_line(), true); !problem.empty())
      return file_problem(key_file, problem);
    if (::stat(key_file.c_str(), &status) != 0) return file_problem(key_file, std::strerror(errno));
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return file_problem(key_file, "others may read it; give it to its owner alone (chmod 600)");
  std::ifstream stream(key_file);
  if (!stream) return file_problem(key_file, "cannot be read");
  Vault vault;
  std::string line;
  while (std::getline(stream, line)) {
    std::istringstream parts(line);
    std::string id;
    std::string text;
    Key key{};
    if (!(parts >> id >> text) || !from_hex(text, key))
      return file_problem(key_file,
                          "line " + std::to_string(vault.keys_.size() + 1) + " is no key: an id and 64 hexadecimal digits");
    vault.keys_.emplace(id, key);
    vault.newest_ = id;
    OPENSSL_cleanse(text.data(), text.size());
  }
  OPENSSL_cleanse(line.data(), line.size());
  if (vault.keys_.empty()) return file_problem(key_file, "holds no key");
  // As long as a real one: 32 hexadecimal digits of HA1, 16 bytes of an NT hash; and an address and a realm of usual length.
  vault.nobodys_[VerifierKind::digest_ha1] = vault.seal(nobody, VerifierKind::digest_ha1, "nobody.example", std::string(32, '0'));
  vault.nobodys_[VerifierKind::nt_hash] = vault.seal(nobody, VerifierKind::nt_hash, {}, std::string(16, '\0'));
  return vault;
}

SealedVerifier Vault::seal(const std::string& uri, VerifierKind kind, const std::string& realm, std::string_view secret) const {
  return {kind, realm, newest_, base64(encrypt(keys_.at(newest_), bound_to(uri, kind, realm), secret))};
}

Result<Secret> Vault::open(const std::string& uri, const SealedVerifier& verifier) const {
  const auto key = keys_.find(verifier.key_id);
  if (key == keys_.end())
    return Error{ErrorCode::not_found, "the key " + verifier.key_id + " that sealed this verifier is not in the key file", false};
  Bytes sealed;
  std::string plain;
  if (!from_base64(verifier.sealed, sealed) ||
      !decrypt(key->second, bound_to(uri, verifier.kind, verifier.realm), std::move(sealed), plain)) {
    OPENSSL_cleanse(plain.data(), plain.size());
    return Error{ErrorCode::forbidden, "the verifier's seal does not fit its key and user", false};
  }
  return Secret(std::move(plain));
}

Result<Secret> Vault::open_nobodys(VerifierKind kind) const { return open(nobody, nobodys_.at(kind)); }

Result<Vault> Vault::add_key(const std::string& key_file) {
  auto old = open(key_file);
  if (!old) return old.error();
  std::ifstream stream(key_file);
  std::stringstream text;
  text << stream.rdbuf();
  if (const std::string problem = replace_file(key_file, text.str() + fresh_line(), false); !problem.empty())
    return file_problem(key_file, problem);
  return open(key_file);
}

Result<Vault> Vault::drop_old_keys(const std::string& key_file) {
  const auto old = open(key_file);
  if (!old) return old.error();
  const Key& key = old->keys_.at(old->newest_);
  const std::string line = old->newest_ + ' ' + hex(key.data(), key.size()) + '\n';
  if (const std::string problem = replace_file(key_file, line, false); !problem.empty()) return file_problem(key_file, problem);
  return open(key_file);
}

}  // namespace poolcast::store
