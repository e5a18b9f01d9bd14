#include "gateway/keyring_actor.hpp"

#include "runtime/actor/child_setup.hpp"
#include "runtime/clock/wall_clock.hpp"
#include "runtime/observe/log.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace recado {
namespace {

using namespace std::chrono_literals;
constexpr auto retry_first = 100ms, retry_max = 5'000ms, refresh_min = 5'000ms;

struct keyring_state {
  static inline const char* name = "keyring";
  explicit keyring_state(keyring_actor::pointer ptr) : self(ptr) {}

  void read();
  void arrived(const keys_arrived& got);

  keyring_actor::pointer self;
  std::optional<keyring_needs> needs;
  bool asking = false;
  std::optional<caf::actor_clock::time_point> read_at;
  std::chrono::milliseconds backoff = retry_first;
};

void keyring_state::read() {
  auto now = self->clock().now();
  if (asking || (read_at && needs->tokens->ready() && now - *read_at < refresh_min)) return;
  asking = true;
  read_at = now;
  keyring_actor me{self};
  needs->clients->signing_keys(auth::make_signing_key(needs->now()),
                               [me](result<std::vector<signing_key>> got) {
                                 caf::anon_send(me, keys_arrived{std::move(got)});
                               });
}

void keyring_state::arrived(const keys_arrived& got) {
  asking = false;
  if (got.keys && needs->tokens->set_keys(*got.keys)) {
    needs->health.ok("signing-keys", clock::boot_time());
    backoff = retry_first;
    return;
  }
  auto why = got.keys ? std::string{"no key can be read"} : got.keys.error().detail;
  observe::log_warn("signing-keys-unread", "{}; trying again in {} ms", why, backoff.count());
  if (needs->tokens->ready()) return; // the next unknown key asks again
  needs->health.failing("signing-keys", clock::boot_time(), why);
  self->delayed_send(self, backoff, read_keys{});
  backoff = std::min(backoff * 2, retry_max);
}

keyring_actor::behavior_type keyring(keyring_actor::stateful_pointer<keyring_state> self,
                                     keyring_needs needs) {
  actor::child_setup(self);
  self->state.needs.emplace(std::move(needs));
  self->state.read();
  return {
    [self](read_keys) { self->state.read(); },
    [self](const keys_arrived& got) { self->state.arrived(got); },
  };
}

} // namespace

keyring_actor spawn_keyring(caf::actor_system& system, keyring_needs needs) {
  return system.spawn(keyring, std::move(needs));
}

} // namespace recado
