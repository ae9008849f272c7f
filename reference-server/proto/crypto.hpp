// The hashes that Digest and NTLM are made of, through OpenSSL. OpenSSL 3 has MD4 and RC4 in its legacy provider only, which is
// loaded into a library context of our own, so that nothing else in the process can use them by accident.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "reference-server/result.hpp"

namespace poolcast::proto {

using Md5Sum = std::array<std::uint8_t, 16>;

Md5Sum md5(std::string_view data);
Md5Sum hmac_md5(std::string_view key, std::string_view data);

// Load this once at the start where NTLM is offered: says which package is missing. The calls below load it too, and then fail
// with the same error.
Result<Done> load_legacy_ciphers();

Result<Md5Sum> md4(std::string_view data);
Result<std::string> rc4(std::string_view key, std::string_view data);

inline std::string_view as_text(const Md5Sum& sum) { return {reinterpret_cast<const char*>(sum.data()), sum.size()}; }

}  // namespace poolcast::proto
