// OpenSSL's objects, owned. For .cpp files of this folder and its tests.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>

namespace poolcast::net {

template <auto Free>
struct FreeBy {
  template <class Object>
  void operator()(Object* object) const noexcept {
    Free(object);
  }
};

using BioHandle = std::unique_ptr<BIO, FreeBy<BIO_free_all>>;
using CertificateHandle = std::unique_ptr<X509, FreeBy<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, FreeBy<X509_EXTENSION_free>>;
using NamesHandle = std::unique_ptr<GENERAL_NAMES, FreeBy<GENERAL_NAMES_free>>;
using NumberHandle = std::unique_ptr<BIGNUM, FreeBy<BN_free>>;

}  // namespace poolcast::net
