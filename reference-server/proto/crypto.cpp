#include "reference-server/proto/crypto.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/provider.h>

#include <memory>

#include "domain/ensure.hpp"

namespace poolcast::proto {
namespace {

struct FreeDigest {
  void operator()(EVP_MD* digest) const noexcept { EVP_MD_free(digest); }
};
struct FreeCipher {
  void operator()(EVP_CIPHER* cipher) const noexcept { EVP_CIPHER_free(cipher); }
};
struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
struct FreeLibrary {
  void operator()(OSSL_LIB_CTX* library) const noexcept { OSSL_LIB_CTX_free(library); }
};

struct UnloadProvider {
  void operator()(OSSL_PROVIDER* provider) const noexcept { OSSL_PROVIDER_unload(provider); }
};

// MD4 and RC4, and what they hang on; made once, immutable from then on, so every thread may use it.
class Legacy {
public:
  Legacy() : library_(OSSL_LIB_CTX_new()) {
    if (library_ == nullptr) return;
    provider_.reset(OSSL_PROVIDER_load(library_.get(), "legacy"));
    if (provider_ == nullptr) return;
    md4_.reset(EVP_MD_fetch(library_.get(), "MD4", nullptr));
    rc4_.reset(EVP_CIPHER_fetch(library_.get(), "RC4", nullptr));
  }
  bool loaded() const { return md4_ != nullptr && rc4_ != nullptr; }
  const EVP_MD* md4() const { return md4_.get(); }
  const EVP_CIPHER* rc4() const { return rc4_.get(); }

private:
  std::unique_ptr<OSSL_LIB_CTX, FreeLibrary> library_;  // goes last
  std::unique_ptr<OSSL_PROVIDER, UnloadProvider> provider_;
  std::unique_ptr<EVP_MD, FreeDigest> md4_;
  std::unique_ptr<EVP_CIPHER, FreeCipher> rc4_;
};

const Legacy& legacy() {
  static const Legacy ciphers;
  return ciphers;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

bool hash(const EVP_MD* digest, std::string_view data, Md5Sum& sum) {
  unsigned size = 0;
  return EVP_Digest(data.data(), data.size(), sum.data(), &size, digest, nullptr) == 1 && size == sum.size();
}

}  // namespace

Md5Sum md5(std::string_view data) {
  // A machine in FIPS mode has no MD5, and nothing here works on it.
  Md5Sum sum;
  ensure(hash(EVP_md5(), data, sum), "OpenSSL's default provider has MD5");
  return sum;
}

Md5Sum hmac_md5(std::string_view key, std::string_view data) {
  Md5Sum sum;
  unsigned size = 0;
  const auto* made = HMAC(EVP_md5(), key.data(), static_cast<int>(key.size()), bytes_of(data), data.size(), sum.data(), &size);
  ensure(made != nullptr && size == sum.size(), "OpenSSL's default provider has HMAC with MD5");
  return sum;
}

Result<Done> load_legacy_ciphers() {
  if (legacy().loaded()) return Done{};
  return Error{ErrorCode::unavailable,
               "NTLM needs MD4 and RC4 of OpenSSL's legacy provider, which cannot be loaded; on Debian 12 it is the file "
               "ossl-modules/legacy.so of the package libssl3"};
}

Result<Md5Sum> md4(std::string_view data) {
  if (const auto there = load_legacy_ciphers(); !there) return there.error();
  Md5Sum sum;
  if (!hash(legacy().md4(), data, sum)) return Error{ErrorCode::internal, "MD4 failed"};
  return sum;
}

Result<std::string> rc4(std::string_view key, std::string_view data) {
  if (const auto there = load_legacy_ciphers(); !there) return there.error();
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext> context(EVP_CIPHER_CTX_new());
  ensure(context != nullptr, "memory for a cipher");
  std::string out(data.size(), '\0');
  int written = 0;
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  const bool done = EVP_EncryptInit_ex2(context.get(), legacy().rc4(), nullptr, nullptr, nullptr) == 1 &&
                    EVP_CIPHER_CTX_set_key_length(context.get(), static_cast<int>(key.size())) == 1 &&
                    EVP_EncryptInit_ex2(context.get(), nullptr, bytes_of(key), nullptr, nullptr) == 1 &&
                    EVP_EncryptUpdate(context.get(), to, &written, bytes_of(data), static_cast<int>(data.size())) == 1 &&
                    static_cast<std::size_t>(written) == data.size();
  if (!done) return Error{ErrorCode::internal, "RC4 failed"};
  return out;
}

}  // namespace poolcast::proto
