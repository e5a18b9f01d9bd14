#include "gateway/auth/token.hpp"

#include "gateway/auth/base64url.hpp"
#include "gateway/json/fields.hpp"
#include "gateway/json/writer.hpp"

namespace recado::auth {
namespace {

constexpr std::size_t token_bytes_max = 8192;
constexpr std::chrono::seconds clock_skew{5}; // between the nodes of a cluster

std::int64_t seconds_of(wall_time at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

failure invalid(std::string why) {
  return fail(ec::invalid_token, std::move(why));
}

/// header.payload.signature
struct parts {
  std::string_view header, payload, signed_part, signature;
};
result<parts> split(std::string_view token) {
  auto first = token.find('.'), last = token.rfind('.');
  if (token.size() > token_bytes_max || first == std::string_view::npos || first == last ||
      token.find('.', first + 1) != last)
    return invalid("not a signed token");
  return parts{token.substr(0, first), token.substr(first + 1, last - first - 1),
               token.substr(0, last), token.substr(last + 1)};
}

/// A part of the token as a JSON object without duplicate members.
result<json::document> object_in(std::string_view part) {
  auto bytes = from_base64url(part);
  if (!bytes) return invalid("not base64url");
  auto parsed = json::parse(*bytes, 4);
  if (!parsed || !parsed->root.members() || !parsed->flaws.empty())
    return invalid("not a JSON object");
  return parsed;
}

std::string text_of(const json::document& from, std::string_view name) {
  for (const auto& each : *from.root.members())
    if (each.name == name && each.held.text()) return *each.held.text();
  return {};
}
std::optional<std::int64_t> integer_of(const json::document& from, std::string_view name) {
  for (const auto& each : *from.root.members())
    if (each.name == name && each.held.numeric()) return each.held.numeric()->integer();
  return std::nullopt;
}
bool has(const json::document& from, std::string_view name) {
  for (const auto& each : *from.root.members())
    if (each.name == name) return true;
  return false;
}

result<principal> principal_in(const json::document& from, const token_rules& rules,
                               wall_time now) {
  if (text_of(from, "iss") != rules.issuer) return invalid("another issuer");
  if (text_of(from, "aud") != rules.audience) return invalid("another audience");
  auto exp = integer_of(from, "exp"), iat = integer_of(from, "iat");
  if (!exp || !iat) return invalid("exp and iat are required");
  if (seconds_of(now) >= *exp) return invalid("the token has expired");
  if (*iat > seconds_of(now + clock_skew)) return invalid("the token is from the future");
  principal out;
  auto client = client_id::parse(text_of(from, "client_id"));
  out.user = user_id{text_of(from, "user_id")};
  if (!client || (has(from, "user_id") && !user_id::valid(out.user.value)))
    return invalid("no client");
  if (text_of(from, "sub") != (out.is_user() ? out.user.value : client->str()))
    return invalid("no subject");
  out.client = *client;
  out.scopes = scope_set::parse(text_of(from, "scope"));
  out.expires_at = wall_time{std::chrono::seconds{*exp}};
  return out;
}

} // namespace

std::string sign_token(const claims& what, const token_rules& rules, const ed25519_key& key) {
  std::string header, payload;
  json::writer{header}
    .begin_object()
    .field("alg", "EdDSA")
    .field("typ", "at+jwt")
    .field("kid", key.thumbprint())
    .end_object();
  const auto& who = what.who;
  json::writer out{payload};
  out.begin_object()
    .field("iss", rules.issuer)
    .field("sub", who.is_user() ? who.user.value : who.client.str())
    .field("aud", rules.audience)
    .field("exp", seconds_of(who.expires_at))
    .field("iat", seconds_of(what.issued_at))
    .field("jti", what.jti)
    .field("client_id", who.client)
    .field("scope", who.scopes.str());
  if (who.is_user()) out.field("user_id", who.user);
  out.end_object();
  auto token = base64url(header) + '.' + base64url(payload);
  return token + '.' + base64url(key.sign(token));
}

result<std::string> key_id_of(std::string_view token) {
  auto cut = split(token);
  if (!cut) return failure{cut.error()};
  auto header = object_in(cut->header);
  if (!header) return failure{header.error()};
  if (text_of(*header, "alg") != "EdDSA") return invalid("the algorithm must be EdDSA");
  if (text_of(*header, "typ") != "at+jwt") return invalid("the type must be at+jwt");
  if (has(*header, "crit")) return invalid("no critical extension is understood");
  return text_of(*header, "kid");
}

result<principal> verify_token(std::string_view token, const token_rules& rules,
                               const ed25519_key& key, wall_time now) {
  auto cut = split(token);
  if (!cut) return failure{cut.error()};
  auto signature = from_base64url(cut->signature);
  if (!signature || !key.verify(cut->signed_part, *signature)) return invalid("wrong signature");
  auto payload = object_in(cut->payload);
  if (!payload) return failure{payload.error()};
  return principal_in(*payload, rules, now);
}

} // namespace recado::auth
