#include "gateway/auth/authority.hpp"

#include "gateway/auth/base64url.hpp"
#include "gateway/json/writer.hpp"
#include "runtime/observe/log.hpp"
#include "schemas/digest.hpp"

#include <algorithm>

namespace recado::auth {

bool authority::set_keys(const std::vector<signing_key>& keys) {
  auto fresh = std::make_shared<key_ring>();
  for (const auto& each : keys) {
    auto key = ed25519_key::from_pem(each.private_pem);
    if (!key) {
      observe::log_error("signing-key-unreadable", "{}: {}", each.kid, key.error().detail);
      continue;
    }
    fresh->names.push_back(key->thumbprint());
    fresh->keys.push_back(std::move(*key));
  }
  bool any = !fresh->keys.empty();
  std::lock_guard lock{mutex_};
  if (any) ring_ = std::move(fresh);
  return any;
}

std::shared_ptr<const authority::key_ring> authority::ring() const {
  std::lock_guard lock{mutex_};
  return ring_;
}

bool authority::ready() const {
  return !ring()->keys.empty();
}

std::string authority::jwks() const {
  auto all = ring();
  std::string out;
  json::writer to{out};
  to.begin_object().key("keys").begin_array();
  for (std::size_t i = 0; i < all->keys.size(); ++i)
    to.begin_object()
      .field("kty", "OKP")
      .field("crv", "Ed25519")
      .field("alg", "EdDSA")
      .field("use", "sig")
      .field("kid", all->names[i])
      .field("x", base64url(all->keys[i].public_bytes()))
      .end_object();
  to.end_array().end_object();
  return out;
}

issued_token authority::issue(const client_id& client, const user_id& user, scope_set scopes,
                              wall_time now) const {
  auto all = ring();
  claims what{{client, user, scopes, now + config_.lifetime}, now, uuid::v7().str()};
  return {sign_token(what, config_.rules, all->keys.at(0)), config_.lifetime, scopes.str()};
}

authority::verdict authority::verify(std::string_view token, wall_time now) {
  auto hash = sha256(token);
  if (auto known = cached(hash)) {
    if (now < known->expires_at) return {*known};
    return {fail(ec::invalid_token, "the token has expired")};
  }
  auto kid = key_id_of(token);
  if (!kid) return {failure{kid.error()}};
  auto all = ring();
  auto found = std::find(all->names.begin(), all->names.end(), *kid);
  if (found == all->names.end()) return {fail(ec::invalid_token, "unknown key"), true};
  auto index = static_cast<std::size_t>(found - all->names.begin());
  auto who = verify_token(token, config_.rules, all->keys[index], now);
  if (who) keep(hash, *who);
  return {std::move(who)};
}

std::optional<principal> authority::cached(const std::string& hash) {
  std::lock_guard lock{mutex_};
  if (auto found = young_.find(hash); found != young_.end()) return found->second;
  auto found = old_.find(hash);
  if (found == old_.end()) return std::nullopt;
  auto who = found->second;
  if (young_.size() < config_.cache_max / 2) young_.emplace(hash, who);
  return who;
}

void authority::keep(const std::string& hash, const principal& who) {
  std::lock_guard lock{mutex_};
  if (young_.size() >= config_.cache_max / 2) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.emplace(hash, who);
}

std::size_t authority::cached() const {
  std::lock_guard lock{mutex_};
  return young_.size() + old_.size();
}

signing_key make_signing_key(wall_time now) {
  auto key = ed25519_key::generate();
  return {key.thumbprint(), key.to_pem(), now};
}

} // namespace recado::auth
