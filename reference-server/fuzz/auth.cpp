// libFuzzer target: the first byte chooses between Digest, NTLM, a type 3 message, and base64.
#include <cstddef>
#include <cstdint>
#include <string>

#include "domain/ensure.hpp"
#include "reference-server/proto/auth_params.hpp"
#include "reference-server/proto/digest.hpp"
#include "reference-server/proto/ntlm.hpp"
#include "reference-server/proto/text.hpp"

namespace poolcast::proto {
namespace {

void check_digest(std::string_view value) {
  const auto credentials = parse_digest(value);
  if (!credentials) return;
  // Nobody guesses a password by accident.
  ensure(!digest_matches(*credentials, digest_ha1("alice", "lab.example", "secret"), "REGISTER"), "no password was guessed");
  std::string written = "Digest ";
  append_auth_param(written, "username", credentials->username);
  append_auth_param(written, "realm", credentials->realm);
  append_auth_param(written, "nonce", credentials->nonce);
  append_auth_param(written, "uri", credentials->uri);
  append_auth_param(written, "response", credentials->response);
  const auto again = parse_digest(written);
  ensure(again && again->username == credentials->username && again->uri == credentials->uri, "what is written can be read");
}

void check_type3(std::string_view bytes) {
  const auto message = parse_ntlm_type3(bytes);
  if (!message) return;
  ensure(is_utf8(message->user) && is_utf8(message->domain), "names come out as UTF-8");
  ensure(!verify_ntlm(*message, Md5Sum{1, 2, 3}, NtlmNonce{1, 2, 3}), "no password was guessed");
}

void check_base64(std::string_view text) {
  ensure(from_base64(to_base64(text)) == text, "base64 gives back the bytes");
  const auto bytes = from_base64(text);
  if (bytes) ensure(to_base64(*bytes) == text, "bytes have one spelling in base64");
}

void check(std::uint8_t choice, std::string_view rest) {
  switch (choice % 4) {
    case 0:
      return check_digest(rest);
    case 1: {
      const auto credentials = parse_ntlm(rest);
      if (credentials) check_type3(credentials->gssapi_data);
      return;
    }
    case 2:
      return check_type3(rest);
    default:
      return check_base64(rest);
  }
}

}  // namespace
}  // namespace poolcast::proto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming): libFuzzer's
  if (size == 0) return 0;
  poolcast::proto::check(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
