#include "node/wiring/account_poll.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include "runtime/actor/child_setup.hpp"

namespace recado::wiring {

/// INTERNAL: what a look has found; nullopt: it failed.
struct accounts_looked_at {
  std::optional<account_service::changes> found;
};

} // namespace recado::wiring

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::wiring::accounts_looked_at)

namespace recado::wiring {
namespace {

constexpr std::chrono::seconds interval{2};

struct poll_state {
  static inline const char* name = "account-poll";

  void tell(const account_service::changes& found) {
    for (const auto& one : found.made) {
      auto& known = versions[one.record.key];
      if (one.record.version > known && !first) connectors->changed(one.record);
      known = std::max(known, one.record.version);
    }
    for (const auto& key : found.removed)
      if (versions.erase(key) > 0 && !first) connectors->removed(key);
    since = found.up_to;
    first = false;
  }

  std::shared_ptr<account_service> accounts;
  std::shared_ptr<connector_service> connectors;
  wall_time since{};
  bool first = true; ///< what there is already is read by each connector when it starts
  std::map<account_key, std::int64_t> versions;
};

caf::behavior poll(caf::stateful_actor<poll_state>* self,
                   const std::shared_ptr<account_service>& accounts,
                   const std::shared_ptr<connector_service>& connectors) {
  actor::child_setup(self);
  self->state.accounts = accounts;
  self->state.connectors = connectors;
  self->send(self, caf::tick_atom_v);
  return {
    [self](caf::tick_atom) {
      self->state.accounts->changes_since(
        self->state.since, [to = caf::actor{self}](result<account_service::changes> got) {
          accounts_looked_at out;
          if (got) out.found = std::move(*got);
          caf::anon_send(to, std::move(out));
        });
    },
    [self](const accounts_looked_at& got) {
      if (got.found) self->state.tell(*got.found);
      self->delayed_send(self, interval, caf::tick_atom_v);
    },
  };
}

} // namespace

caf::actor poll_accounts(caf::actor_system& system, std::shared_ptr<account_service> accounts,
                         std::shared_ptr<connector_service> connectors) {
  return system.spawn(poll, std::move(accounts), std::move(connectors));
}

} // namespace recado::wiring
