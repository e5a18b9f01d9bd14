#include "gateway/auth/secret.hpp"

#include "gateway/auth/base64url.hpp"
#include "schemas/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdexcept>

namespace recado::auth {

fresh_secret make_secret() {
  std::string bytes(32, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) !=
      1)
    throw std::runtime_error("OpenSSL has no random bytes");
  auto text = base64url(bytes);
  auto hash = sha256(text);
  return {std::move(text), std::move(hash)};
}

bool secret_matches(std::string_view text, std::string_view sha256_kept) {
  auto hash = sha256(text);
  return sha256_kept.size() == hash.size() &&
         CRYPTO_memcmp(hash.data(), sha256_kept.data(), hash.size()) == 0;
}

} // namespace recado::auth
