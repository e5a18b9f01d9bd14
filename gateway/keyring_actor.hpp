#pragma once
/// Keeps the signing keys in memory: reads them at the start, and again when a token names a key
/// that another node may have made meanwhile.
#include "actors/service/services.hpp"
#include "gateway/auth/authority.hpp"
#include "runtime/observe/health.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>

namespace recado {

struct read_keys {}; ///< at most once in five seconds, unless there are none yet
struct keys_arrived {
  result<std::vector<signing_key>> keys;
};

} // namespace recado

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::read_keys)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::keys_arrived)

namespace recado {

/// Pooled; a supervised child of the gateway. Its death leaves the keys as they are.
using keyring_actor = caf::typed_actor<
  // Reads the keys.
  caf::reacts_to<read_keys>,
  // INTERNAL: the store's answer.
  caf::reacts_to<keys_arrived>>;

struct keyring_needs {
  std::shared_ptr<client_service> clients;
  std::shared_ptr<auth::authority> tokens;
  std::function<wall_time()> now;
  observe::health& health; ///< hears "signing-keys" once they were read
};

keyring_actor spawn_keyring(caf::actor_system& system, keyring_needs needs);

} // namespace recado
