#pragma once
/// Who is online, as the gateway sees it.
#include "schemas/problem.hpp"
#include "schemas/time.hpp"
#include "schemas/uuid.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace recado {

/// In ascending order: of several connections, the highest counts.
enum class presence_status : std::uint8_t { offline, away, online };

constexpr std::string_view to_string(presence_status value) noexcept {
  switch (value) {
  case presence_status::online:
    return "online";
  case presence_status::away:
    return "away";
  case presence_status::offline:
    break;
  }
  return "offline";
}

struct presence_record {
  user_id user;
  presence_status now = presence_status::offline;
  std::optional<wall_time> last_seen; ///< nothing: never
};

struct presence_change {
  client_id client;
  presence_record who;
};

/// Thread-safe. Presence lives in memory, here and at the other gateways; only when somebody was
/// last seen is kept. What gateways tell each other may be lost, and is then repaired in seconds.
class presence_service {
public:
  virtual ~presence_service() = default;
  /// The user has this connection here, from now on until end().
  virtual void set(const uuid& connection, const client_id& client, const user_id& user,
                   presence_status now) = 0;
  virtual void end(const uuid& connection) = 0;
  /// In the order of `users`. `viewer` not empty: whoever shares no conversation with the viewer is
  /// as unknown as one who was never heard of: offline, never seen.
  virtual void find(const client_id& client, const user_id& viewer, std::vector<user_id> users,
                    std::function<void(result<std::vector<presence_record>>)> done) = 0;
  /// Set once. Called for each change of anybody's presence anywhere; must not block.
  virtual void listen(std::function<void(const presence_change&)> changed) = 0;
};

} // namespace recado
