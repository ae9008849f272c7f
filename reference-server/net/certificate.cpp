#include "reference-server/net/certificate.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <optional>
#include <sstream>

#include "reference-server/net/openssl_handles.hpp"
#include "reference-server/net/tls_context.hpp"

namespace poolcast::net {

namespace fs = std::filesystem;

namespace {

Error malformed(std::string_view source, const std::string& what) {
  return Error{ErrorCode::malformed, std::string(source) + ": " + what};
}

WallTime wall_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::string subject_of(const X509* certificate) {
  const BioHandle text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    if (i != 0) text += ':';
    text += digits[digest[i] >> 4];
    text += digits[digest[i] & 0xF];
  }
  return text;
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  const unsigned char* bytes = ASN1_STRING_get0_data(address);
  const int size = ASN1_STRING_length(address);
  std::array<char, 48> text{};
  if (size == 4) {
    std::snprintf(text.data(), text.size(), "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
    return text.data();
  }
  std::string groups;
  for (int i = 0; i + 1 < size; i += 2) {
    std::snprintf(text.data(), text.size(), "%s%x", i == 0 ? "" : ":", (bytes[i] << 8) | bytes[i + 1]);
    groups += text.data();
  }
  return groups;
}

std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> names;
  const NamesHandle found(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(found.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(found.get(), i);
    if (name->type == GEN_DNS) {
      const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
      names.emplace_back(text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      names.push_back(address_text(name->d.iPAddress));
    }
  }
  return names;
}

bool is_address(const std::string& name) {
  return name.find(':') != std::string::npos || name.find_first_not_of("0123456789.") == std::string::npos;
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string value;
  for (const std::string& name : names)
    value += (value.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  return value;
}

// RFC 5280 4.1.2.2: a serial number of up to 20 octets, above zero, that nobody guesses.
bool set_random_serial(X509* certificate) {
  const NumberHandle serial(BN_new());
  return serial && BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

CertificateHandle sign_own(EVP_PKEY* key, const SelfSignedOrder& order, WallTime now) {
  CertificateHandle certificate(X509_new());
  if (!certificate) return nullptr;
  X509* cert = certificate.get();
  std::time_t begin = std::chrono::system_clock::to_time_t(now - std::chrono::hours{1});
  std::time_t end = std::chrono::system_clock::to_time_t(now + order.validity);
  X509_NAME* name = X509_get_subject_name(cert);
  const auto* common_name = reinterpret_cast<const unsigned char*>(order.names.front().c_str());
  const bool made = X509_set_version(cert, X509_VERSION_3) == 1 && set_random_serial(cert) &&
                    X509_time_adj_ex(X509_getm_notBefore(cert), 0, 0, &begin) != nullptr &&
                    X509_time_adj_ex(X509_getm_notAfter(cert), 0, 0, &end) != nullptr &&
                    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, common_name, -1, -1, 0) == 1 &&
                    X509_set_issuer_name(cert, name) == 1 && X509_set_pubkey(cert, key) == 1 &&
                    add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(cert, NID_key_usage, "critical,digitalSignature") &&
                    add_extension(cert, NID_ext_key_usage, "serverAuth,clientAuth") &&
                    add_extension(cert, NID_subject_alt_name, alternative_names(order.names)) &&
                    add_extension(cert, NID_subject_key_identifier, "hash") && X509_sign(cert, key, EVP_sha256()) != 0;
  return made ? std::move(certificate) : nullptr;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Error refused_by_system(const fs::path& file, const char* what) {
  return Error{ErrorCode::internal, file.string() + ": " + what + ": " + std::strerror(errno)};
}

// A file that is complete or not there, and never replaces another: written under a name of its own, then linked.
std::optional<Error> write_new_file(const fs::path& file, const std::string& text, mode_t mode) {
  std::string unfinished = file.string() + ".XXXXXX";
  const int out = ::mkstemp(unfinished.data());
  if (out < 0) return refused_by_system(file, "cannot be written");
  const bool written = ::fchmod(out, mode) == 0 && ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(out) == 0;
  std::optional<Error> error;
  if (!written || ::link(unfinished.c_str(), file.c_str()) != 0) error = refused_by_system(file, "cannot be written");
  ::close(out);
  ::unlink(unfinished.c_str());
  return error;
}

}  // namespace

Result<CertificateFacts> parse_certificate(std::string_view pem, std::string_view source) {
  const BioHandle text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const CertificateHandle certificate(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    const std::string why = take_openssl_error();
    return malformed(source, "holds no certificate in PEM form (" + why + ")");
  }
  return CertificateFacts{.subject = subject_of(certificate.get()),
                          .names = names_of(certificate.get()),
                          .fingerprint = fingerprint_of(certificate.get()),
                          .not_before = wall_time(X509_get0_notBefore(certificate.get())),
                          .not_after = wall_time(X509_get0_notAfter(certificate.get()))};
}

Result<CertificateFacts> read_certificate(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{ErrorCode::not_found, file.string() + ": cannot be read: " + std::strerror(errno)};
  std::ostringstream text;
  text << in.rdbuf();
  return parse_certificate(text.str(), file.string());
}

Result<CertificateFiles> make_self_signed(const SelfSignedOrder& order, WallTime now) {
  if (order.names.empty()) return Error{ErrorCode::malformed, "a certificate needs at least one name"};
  const KeyHandle key(EVP_EC_gen("P-256"));
  if (!key) return Error{ErrorCode::internal, "no key could be made (" + take_openssl_error() + ")"};
  const CertificateHandle certificate = sign_own(key.get(), order, now);
  if (!certificate) return Error{ErrorCode::internal, "no certificate could be made (" + take_openssl_error() + ")"};
  const BioHandle key_text(BIO_new(BIO_s_secmem()));
  const BioHandle certificate_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1)
    return Error{ErrorCode::internal, "the certificate could not be written down (" + take_openssl_error() + ")"};

  std::error_code failed;
  if (fs::create_directories(order.directory, failed)) fs::permissions(order.directory, fs::perms::owner_all, failed);
  if (failed) return Error{ErrorCode::internal, order.directory.string() + ": cannot be made: " + failed.message()};
  const CertificateFiles files{order.directory / "server.pem", order.directory / "server.key"};
  if (auto error = write_new_file(files.private_key, text_of(key_text.get()), S_IRUSR | S_IWUSR)) return *error;
  if (auto error = write_new_file(files.chain, text_of(certificate_text.get()), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH)) {
    fs::remove(files.private_key, failed);  // a key without its certificate would stand in the way of the next start
    return *error;
  }
  return files;
}

Result<OwnCertificate> own_certificate(const SelfSignedOrder& order, WallTime now) {
  const CertificateFiles files{order.directory / "server.pem", order.directory / "server.key"};
  const bool has_chain = fs::exists(files.chain);
  const bool has_key = fs::exists(files.private_key);
  if (has_chain && has_key) return OwnCertificate{files, false};
  if (has_chain != has_key)
    return Error{ErrorCode::not_found, (has_chain ? files.private_key : files.chain).string() +
                                           ": is missing beside its other half; put it back, or remove both for new ones"};
  auto made = make_self_signed(order, now);
  if (!made) return made.error();
  return OwnCertificate{*made, true};
}

std::vector<std::string> names_of_this_machine() {
  std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0 && host[0] != '\0' && std::string_view(host.data()) != "localhost")
    names.emplace_back(host.data());
  return names;
}

}  // namespace poolcast::net
