#include "gateway/auth/tombstones.hpp"

namespace recado::auth {

namespace {
constexpr auto refusal = "the user was deleted";
}

void tombstones::check(const principal& who, verdict done) {
  if (!who.is_user()) return done({});
  user_key key{who.client, who.user};
  auto seen = known(key);
  if (seen == state::alive) return done({});
  if (seen == state::deleted) return done(fail(ec::invalid_token, refusal));
  directory_->is_deleted(
    who.client, who.user,
    [self = shared_from_this(), key, asked_at = now_(), done = std::move(done)](result<bool> got) {
      if (!got) return done(failure{got.error()});
      if (*got) {
        self->bury(key.first, key.second);
        return done(fail(ec::invalid_token, refusal));
      }
      self->remember(key, asked_at);
      done({});
    });
}

void tombstones::bury(const client_id& client, const user_id& user) {
  std::lock_guard lock{mutex_};
  if (deleted_.size() >= config_.users_max) deleted_.clear();
  deleted_.emplace(client, user);
}

tombstones::state tombstones::known(const user_key& who) {
  std::lock_guard lock{mutex_};
  if (deleted_.contains(who)) return state::deleted;
  auto found = alive_.find(who);
  return found != alive_.end() && now_() < found->second ? state::alive : state::unknown;
}

void tombstones::remember(const user_key& who, wall_time asked_at) {
  std::lock_guard lock{mutex_};
  if (alive_.size() >= config_.users_max) alive_.clear();
  alive_[who] = asked_at + config_.alive_for;
}

} // namespace recado::auth
