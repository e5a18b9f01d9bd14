#pragma once
/// Whether the user of a token was deleted: tokens outlive their users. Thread-safe.
#include "actors/service/services.hpp"
#include "gateway/auth/scope.hpp"

#include <map>
#include <mutex>
#include <set>

namespace recado::auth {

struct tombstones_config {
  std::chrono::milliseconds alive_for{1'000}; ///< a user seen alive is not asked for again so long
  std::size_t users_max = 65'536;             ///< remembered; then all are forgotten
};

class tombstones : public std::enable_shared_from_this<tombstones> {
public:
  using verdict = std::function<void(result<void>)>;

  tombstones(std::shared_ptr<directory_service> directory, std::function<wall_time()> now,
             tombstones_config config = {})
    : directory_(std::move(directory)),
      now_(std::move(now)),
      config_(config) {}

  /// `done` gets ec::invalid_token if the principal is a user that was deleted; perhaps before this
  /// returns. A client is never asked for.
  void check(const principal& who, verdict done);
  /// The user was deleted.
  void bury(const client_id& client, const user_id& user);

private:
  using user_key = std::pair<client_id, user_id>;
  enum class state : std::uint8_t { unknown, alive, deleted };
  state known(const user_key& who);
  void remember(const user_key& who, wall_time asked_at);

  const std::shared_ptr<directory_service> directory_;
  const std::function<wall_time()> now_;
  const tombstones_config config_;
  std::mutex mutex_;
  std::map<user_key, wall_time> alive_; ///< until when that is taken for granted
  std::set<user_key> deleted_;          ///< for ever: ids are not used again
};

} // namespace recado::auth
