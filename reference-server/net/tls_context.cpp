#include "reference-server/net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "domain/ensure.hpp"
#include "reference-server/net/openssl_handles.hpp"
#include "reference-server/net/socket_bio.hpp"
#include "reference-server/secret_text.hpp"

namespace poolcast::net {

namespace {

// Forward secrecy and authenticated encryption only; with ECDSA and RSA certificates. TLS 1.3 has no others by itself.
constexpr const char* ciphers_of_tls12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* groups = "X25519:P-256:P-384";

// Refuses to ask for a passphrase: a server has no terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return 0;
}

Result<SecretText> read_key_file(const std::string& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0)
    return Error{ErrorCode::not_found, file + ": the private key cannot be read: " + std::strerror(errno)};
  if ((facts.st_mode & S_IROTH) != 0)
    return Error{ErrorCode::forbidden, file + ": everybody may read this private key; chmod 0600 it, and think of a new one"};
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return Error{ErrorCode::not_found, file + ": the private key cannot be read: " + std::strerror(errno)};
  return SecretText(std::move(text).str());
}

// What errors call the place of the key, and the PEM text.
struct KeySource {
  std::string name;
  SecretText pem;
};

Result<KeySource> find_key(const Secret& secret) {
  if (secret.file) {
    auto pem = read_key_file(*secret.file);
    if (!pem) return pem.error();
    return KeySource{*secret.file, std::move(*pem)};
  }
  if (secret.variable) {
    const char* text = std::getenv(secret.variable->c_str());
    if (text == nullptr) return Error{ErrorCode::not_found, "environment variable " + *secret.variable + ": is not set"};
    return KeySource{"environment variable " + *secret.variable, SecretText(text)};
  }
  return Error{ErrorCode::malformed, "the private key has neither a file nor a variable"};
}

std::optional<Error> use_key(SSL_CTX* context, const Secret& secret) {
  auto source = find_key(secret);
  if (!source) return source.error();
  const std::string_view pem = source->pem.reveal();
  const BioHandle text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  bool asked = false;
  const KeyHandle key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_passphrase, &asked));
  if (!key) {
    const std::string why = take_openssl_error();
    return Error{ErrorCode::malformed, source->name + (asked ? ": the private key has a passphrase; expected one without"
                                                             : ": holds no private key in PEM form (" + why + ")")};
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return Error{ErrorCode::malformed, source->name + ": is not the key of the certificate (" + take_openssl_error() + ")"};
  return std::nullopt;
}

std::optional<Error> use_chain(SSL_CTX* context, const std::string& chain) {
  if (SSL_CTX_use_certificate_chain_file(context, chain.c_str()) == 1) return std::nullopt;
  return Error{ErrorCode::malformed, chain + ": is no usable chain (" + take_openssl_error() + ")"};
}

// The other side must show a certificate that one of these has signed.
std::optional<Error> trust(SSL_CTX* context, const std::string& authorities) {
  if (SSL_CTX_load_verify_file(context, authorities.c_str()) != 1)
    return Error{ErrorCode::malformed, authorities + ": holds no certificate to trust (" + take_openssl_error() + ")"};
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return std::nullopt;
}

bool set_common(SSL_CTX* context) {
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One read from the socket takes all records that have arrived, instead of two reads for each.
  SSL_CTX_set_read_ahead(context, 1);
  // SIP and HTTP carry their lengths: a peer that just closes hides nothing.
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 && SSL_CTX_set1_groups_list(context, groups) == 1 &&
         SSL_CTX_set_cipher_list(context, ciphers_of_tls12) == 1;
}

// Sessions travel with the client as tickets, so that none is kept here. Keys of tickets live as long as the context.
void set_sessions(SSL_CTX* context, const TlsSettings& settings) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_timeout(context, static_cast<long>(settings.ticket_lifetime.count()));
  SSL_CTX_set_num_tickets(context, settings.session_tickets ? 1 : 0);
  if (!settings.session_tickets) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
}

}  // namespace

void FreeSsl::operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
void FreeSslContext::operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }

std::string take_openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  if (const char* reason = ERR_reason_error_string(code)) return reason;
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

TlsContext::TlsContext(SslContextHandle context, CertificateFacts certificate)
    : context_(std::move(context)), certificate_(std::move(certificate)) {}

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsSettings& settings) {
  ERR_clear_error();
  auto facts = read_certificate(settings.certificate_chain);
  if (!facts) return facts.error();
  SslContextHandle context(SSL_CTX_new(TLS_server_method()));
  if (!context || !set_common(context.get()))
    return Error{ErrorCode::internal, "no TLS context could be made (" + take_openssl_error() + ")"};
  set_sessions(context.get(), settings);
  if (auto error = use_chain(context.get(), settings.certificate_chain)) return *error;
  if (auto error = use_key(context.get(), settings.private_key)) return *error;
  if (settings.client_authority) {
    if (auto error = trust(context.get(), *settings.client_authority)) return *error;
  }
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(context), std::move(*facts)));
}

SslHandle TlsContext::accept() const {
  SslHandle ssl(SSL_new(context_.get()));
  ensure(ssl != nullptr, "OpenSSL is out of memory");
  SSL_set_accept_state(ssl.get());
  return ssl;
}

SslHandle TlsContext::accept(int socket) const {
  SslHandle ssl = accept();
  BIO* const transport = make_socket_bio(socket);
  SSL_set_bio(ssl.get(), transport, transport);
  return ssl;
}

TlsKeeper::TlsKeeper(TlsSettings settings, std::shared_ptr<const TlsContext> first)
    : settings_(std::move(settings)), current_(std::move(first)) {}

Result<std::shared_ptr<TlsKeeper>> TlsKeeper::load(const TlsSettings& settings) {
  auto first = TlsContext::load(settings);
  if (!first) return first.error();
  return std::make_shared<TlsKeeper>(settings, std::move(*first));
}

std::shared_ptr<const TlsContext> TlsKeeper::current() const {
  const std::scoped_lock lock(mutex_);
  return current_;
}

Result<Done> TlsKeeper::reload() {
  auto fresh = TlsContext::load(settings_);
  if (!fresh) return fresh.error();
  if ((*fresh)->certificate().not_after <= std::chrono::system_clock::now())
    return Error{ErrorCode::conflict, settings_.certificate_chain + ": has expired; the certificate in use stays"};
  const std::scoped_lock lock(mutex_);
  current_ = std::move(*fresh);
  return Done{};
}

TlsClientContext::TlsClientContext(SslContextHandle context, bool checks) : context_(std::move(context)), checks_(checks) {}

Result<std::shared_ptr<const TlsClientContext>> TlsClientContext::load(const TlsClientSettings& settings) {
  ERR_clear_error();
  SslContextHandle context(SSL_CTX_new(TLS_client_method()));
  if (!context || !set_common(context.get()))
    return Error{ErrorCode::internal, "no TLS context could be made (" + take_openssl_error() + ")"};
  if (settings.trusted) {
    if (auto error = trust(context.get(), *settings.trusted)) return *error;
  }
  if (!settings.certificate_chain.empty()) {
    if (auto error = use_chain(context.get(), settings.certificate_chain)) return *error;
    if (auto error = use_key(context.get(), settings.private_key)) return *error;
  }
  return std::shared_ptr<const TlsClientContext>(new TlsClientContext(std::move(context), settings.trusted.has_value()));
}

SslHandle TlsClientContext::connect(int socket, const std::string& host, SSL_SESSION* session) const {
  SslHandle ssl(SSL_new(context_.get()));
  ensure(ssl != nullptr, "OpenSSL is out of memory");
  BIO* const transport = make_socket_bio(socket);
  SSL_set_bio(ssl.get(), transport, transport);
  const bool is_address = host.find(':') != std::string::npos || host.find_first_not_of("0123456789.") == std::string::npos;
  if (!is_address) SSL_set_tlsext_host_name(ssl.get(), host.c_str());
  if (checks_) {
    if (is_address)
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str());
    else
      SSL_set1_host(ssl.get(), host.c_str());
  }
  if (session != nullptr) SSL_set_session(ssl.get(), session);
  SSL_set_connect_state(ssl.get());
  return ssl;
}

}  // namespace poolcast::net
