// X.509 certificates: the one that a node makes for itself at its first start, and what a person wants to know about one.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/result.hpp"

namespace poolcast::net {

using WallTime = std::chrono::system_clock::time_point;

struct CertificateFacts {
  std::string subject;             // "CN=localhost"
  std::vector<std::string> names;  // DNS names and addresses it is valid for
  std::string fingerprint;         // SHA-256 of the DER form, "AB:CD:…": what a person compares
  WallTime not_before;
  WallTime not_after;
};

// Facts of the first certificate of a PEM file. The error names the file.
Result<CertificateFacts> read_certificate(const std::filesystem::path& file);
// The same of PEM text; `source` is what errors call it.
Result<CertificateFacts> parse_certificate(std::string_view pem, std::string_view source);

struct CertificateFiles {
  std::filesystem::path chain;        // PEM, readable by everybody
  std::filesystem::path private_key;  // PEM, mode 0600
};

struct SelfSignedOrder {
  std::filesystem::path directory;  // made with mode 0700 when it is not there
  std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
  std::chrono::hours validity{std::chrono::hours{24} * 825};
};

// Makes an ECDSA P-256 key and a self-signed certificate for these names, valid from an hour before `now` (clocks differ), and
// writes both to the directory: server.pem and server.key, each complete or not there. Overwrites nothing: an error when either
// is there already.
Result<CertificateFiles> make_self_signed(const SelfSignedOrder& order, WallTime now);

// What is in the directory already, or a new pair. `made` says which.
struct OwnCertificate {
  CertificateFiles files;
  bool made = false;
};
Result<OwnCertificate> own_certificate(const SelfSignedOrder& order, WallTime now);

// localhost, the loopback addresses and this machine's host name.
std::vector<std::string> names_of_this_machine();

}  // namespace poolcast::net
