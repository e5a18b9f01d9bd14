#pragma once
/// Access tokens: signed JWTs (RFC 7519, RFC 8037) with the claims of RFC 9068.
#include "gateway/auth/ed25519.hpp"
#include "gateway/auth/scope.hpp"

namespace recado::auth {

struct token_rules {
  std::string issuer = "recado", audience = "recado";
};

/// The claims of a token: a principal and when it was issued.
struct claims {
  principal who;
  wall_time issued_at{};
  std::string jti;
};

std::string sign_token(const claims& what, const token_rules& rules, const ed25519_key& key);

/// The key id in the token's header. Checks the header: alg EdDSA and nothing else, typ at+jwt.
result<std::string> key_id_of(std::string_view token);

/// Checks signature, issuer, audience and times. ec::invalid_token otherwise.
result<principal> verify_token(std::string_view token, const token_rules& rules,
                               const ed25519_key& key, wall_time now);

} // namespace recado::auth
