#pragma once
/// Issues tokens and knows who is behind one. Thread-safe.
#include "actors/service/views.hpp"
#include "gateway/auth/token.hpp"

#include <mutex>
#include <unordered_map>

namespace recado::auth {

struct authority_config {
  token_rules rules;
  std::chrono::seconds lifetime{3'600};
  std::size_t cache_max = 65'536; ///< verified tokens kept
};

struct issued_token {
  std::string token;
  std::chrono::seconds expires_in{};
  std::string scope;
};

class authority {
public:
  explicit authority(authority_config config) : config_(std::move(config)) {}

  /// The keys in use, the newest first; those that cannot be read are left out. False if none is
  /// left.
  bool set_keys(const std::vector<signing_key>& keys);
  bool ready() const;
  /// The public keys as a JWK set (RFC 7517).
  std::string jwks() const;

  issued_token issue(const client_id& client, const user_id& user, scope_set scopes,
                     wall_time now) const;

  struct verdict {
    result<principal> who;
    bool unknown_key = false; ///< another node may have made the key: read the keys again
  };
  verdict verify(std::string_view token, wall_time now);

  std::size_t cached() const;

private:
  struct key_ring {
    std::vector<std::string> names;
    std::vector<ed25519_key> keys;
  };
  using cache = std::unordered_map<std::string, principal>; // by SHA-256 of the token

  std::shared_ptr<const key_ring> ring() const;
  std::optional<principal> cached(const std::string& hash);
  void keep(const std::string& hash, const principal& who);

  const authority_config config_;
  mutable std::mutex mutex_;
  std::shared_ptr<const key_ring> ring_ = std::make_shared<key_ring>();
  cache young_, old_; ///< when the young one is full it becomes the old one, which is forgotten
};

/// A fresh key for the store to keep if it has none.
signing_key make_signing_key(wall_time now);

} // namespace recado::auth
