#include <array>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

#include "domain/io/scenario_file.hpp"

namespace poolcast::io {
namespace {

std::string sha256(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned length = 0;
  if (EVP_Digest(text.data(), text.size(), hash.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available in this build of OpenSSL");
  }
  std::string hexadecimal;
  for (unsigned i = 0; i < length; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    hexadecimal += digits[hash[i] >> 4];
    hexadecimal += digits[hash[i] & 15];
  }
  return hexadecimal;
}

}  // namespace

std::string digest(const Scenario& scenario) { return sha256(print(scenario)); }
std::string digest(const CostSet& costs) { return sha256(print(costs)); }

}  // namespace poolcast::io
