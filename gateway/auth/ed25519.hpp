#pragma once
/// One Ed25519 key pair (RFC 8032), as JOSE uses it (RFC 8037).
#include "schemas/problem.hpp"

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st; // OpenSSL's EVP_PKEY

namespace recado::auth {

class ed25519_key {
public:
  static ed25519_key generate();
  /// PKCS #8; ec::internal if it is not an Ed25519 private key.
  static result<ed25519_key> from_pem(const std::string& pem);
  /// The 32 bytes of `d`.
  static result<ed25519_key> from_private(std::string_view bytes);

  std::string to_pem() const;       ///< PKCS #8; never logged
  std::string public_bytes() const; ///< the 32 bytes of `x`
  /// The key's name: its thumbprint (RFC 7638).
  std::string thumbprint() const;

  std::string sign(std::string_view what) const; ///< 64 bytes
  bool verify(std::string_view what, std::string_view signature) const;

private:
  explicit ed25519_key(evp_pkey_st* owned);
  std::shared_ptr<evp_pkey_st> key_;
};

} // namespace recado::auth
