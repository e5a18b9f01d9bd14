#include "gateway/realtime/hub_actor.hpp"

#include "gateway/realtime/hub_core.hpp"
#include "runtime/actor/child_setup.hpp"
#include "runtime/observe/log.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace recado::realtime {
namespace {

constexpr std::size_t session_mailbox_max = 8192; ///< frames that wait for one session
constexpr int not_authenticated = 4401, too_slow = 4408, restarting = 1012;

struct hub_state : hub_port {
  static inline const char* name = "hub";
  explicit hub_state(hub_actor::pointer ptr) : self(ptr) {}
  ~hub_state() override;

  void setup(const realtime_config& config, std::shared_ptr<watch_service> w,
             std::shared_ptr<history_service> h, std::shared_ptr<presence_service> p);
  // messages
  void open(const open_session& asked);
  void close(const session_id& id);
  void close_all_of(const person_deleted& who);
  void answer_standings(const session_id& id);
  void type(const session_types& asked);
  void show(const session_shows& asked);
  // hub_port
  void watch(std::uint64_t call, std::vector<item> items) override;
  void unwatch(std::vector<item> items) override { watches->unwatch(std::move(items)); }
  void read_memberships(std::uint64_t call, const client_id& client, const user_id& user) override;
  void read_shared(std::uint64_t call, const client_id& client,
                   std::vector<user_id> users) override;
  void read_conversation(std::uint64_t call, const item& what) override;
  void read_messages(std::uint64_t call, const item& what, std::int64_t since_seq,
                     std::size_t limit) override;
  void read_receipts(std::uint64_t call, const item& what, std::int64_t since_rev) override;
  void read_statuses(std::uint64_t call, const item& what,
                     history_service::revisions which) override;
  void opened(const session_id& session, result<void> outcome) override;
  void deliver(const session_id& session, const frame& what) override;
  void wake_in(std::chrono::milliseconds delay) override {
    self->delayed_send(self, delay, hub_woke{});
  }

  struct link {
    client_id client;
    user_id user;
    session_actor session;
    http::ws_peer_ptr peer;
    actor::credit_ptr credit;
  };
  hub_actor::pointer self;
  std::shared_ptr<watch_service> watches;
  std::shared_ptr<history_service> history;
  std::shared_ptr<presence_service> presence;
  std::optional<hub_core> core;
  std::unordered_map<session_id, link> links;
};

hub_state::~hub_state() {
  for (auto& [id, each] : links) {
    presence->end(id);
    each.peer->close(restarting, "restart");
  }
}

void hub_state::setup(const realtime_config& config, std::shared_ptr<watch_service> w,
                      std::shared_ptr<history_service> h, std::shared_ptr<presence_service> p) {
  watches = std::move(w);
  history = std::move(h);
  presence = std::move(p);
  core.emplace(config, *this);
}

void hub_state::open(const open_session& asked) {
  links[asked.id] = {asked.client, asked.user, asked.session, asked.peer,
                     actor::credit::make(session_mailbox_max)};
  core->open(asked.id, asked.client, asked.user);
}

void hub_state::close(const session_id& id) {
  links.erase(id);
  presence->end(id);
  core->close(id);
}

/// Their ends come back as close_session.
void hub_state::close_all_of(const person_deleted& who) {
  for (auto& [id, each] : links)
    if (each.client == who.client && each.user == who.user)
      each.peer->close(not_authenticated, "the user was deleted");
}

void hub_state::answer_standings(const session_id& id) {
  auto found = links.find(id);
  if (found != links.end()) self->send(found->second.session, standings_are{core->standings(id)});
}

void hub_state::type(const session_types& asked) {
  bool known = core->type(asked.id, asked.what);
  auto found = links.find(asked.id);
  if (found != links.end()) self->send(found->second.session, typed{asked.ticket, known});
}

void hub_state::show(const session_shows& asked) {
  auto found = links.find(asked.id);
  if (found == links.end()) return;
  const auto& of = found->second;
  presence->set(asked.id, of.client, of.user, asked.now);
  self->send(of.session, typed{asked.ticket, true});
}

void hub_state::watch(std::uint64_t call, std::vector<item> items) {
  hub_actor me{self};
  watches->watch(std::move(items), [me, call](result<std::vector<watch_service::position>> got) {
    caf::anon_send(me, watch_answered{call, std::move(got)});
  });
}

void hub_state::read_memberships(std::uint64_t call, const client_id& client, const user_id& user) {
  hub_actor me{self};
  history->memberships(client, user, [me, call](result<std::vector<membership>> got) {
    caf::anon_send(me, memberships_came{call, std::move(got)});
  });
}

void hub_state::read_shared(std::uint64_t call, const client_id& client,
                            std::vector<user_id> users) {
  hub_actor me{self};
  history->places_of(client, std::move(users), [me, call](result<std::vector<shared_place>> got) {
    caf::anon_send(me, shared_came{call, std::move(got)});
  });
}

void hub_state::read_conversation(std::uint64_t call, const item& what) {
  hub_actor me{self};
  history->conversation(what.client, what.conversation, {},
                        [me, call](result<conversation_record> got) {
                          caf::anon_send(me, conversation_came{call, std::move(got)});
                        });
}

void hub_state::read_messages(std::uint64_t call, const item& what, std::int64_t since_seq,
                              std::size_t limit) {
  hub_actor me{self};
  history_service::range range;
  range.since_seq = since_seq;
  range.limit = limit;
  history->messages(what.client, what.conversation, {}, range,
                    [me, call](result<page<message_record>> got) {
                      caf::anon_send(me, messages_came{call, std::move(got)});
                    });
}

void hub_state::read_receipts(std::uint64_t call, const item& what, std::int64_t since_rev) {
  hub_actor me{self};
  history->receipts_since(what.client, what.conversation, since_rev,
                          [me, call](result<std::vector<receipt_position>> got) {
                            caf::anon_send(me, receipts_came{call, std::move(got)});
                          });
}

void hub_state::read_statuses(std::uint64_t call, const item& what,
                              history_service::revisions which) {
  hub_actor me{self};
  history->statuses(what.client, what.conversation, which,
                    [me, call](result<std::vector<status_record>> got) {
                      caf::anon_send(me, statuses_came{call, std::move(got)});
                    });
}

void hub_state::opened(const session_id& session, result<void> outcome) {
  auto found = links.find(session);
  if (found == links.end()) return;
  const auto& of = found->second;
  if (outcome && !of.user.empty())
    presence->set(session, of.client, of.user, presence_status::online);
  self->send(of.session, attached{std::move(outcome)});
}

void hub_state::deliver(const session_id& session, const frame& what) {
  auto found = links.find(session);
  if (found == links.end()) return;
  auto& to = found->second;
  if (auto room = to.credit->try_take())
    self->send(to.session, realtime::deliver{what, std::move(*room)});
  else
    to.peer->close(too_slow, "too slow"); // its end comes back as close_session
}

hub_actor::behavior_type hub(hub_actor::stateful_pointer<hub_state> self,
                             const realtime_config& config, std::shared_ptr<watch_service> watches,
                             std::shared_ptr<history_service> history,
                             std::shared_ptr<presence_service> presence) {
  actor::child_setup(self);
  self->state.setup(config, std::move(watches), std::move(history), std::move(presence));
  return {
    [](const host& asked) { asked.what(); },
    [self](const open_session& asked) { self->state.open(asked); },
    [self](const close_session& asked) { self->state.close(asked.id); },
    [self](const person_deleted& who) { self->state.close_all_of(who); },
    [self](const ask_standings& asked) { self->state.answer_standings(asked.id); },
    [self](const session_types& asked) { self->state.type(asked); },
    [self](const session_shows& asked) { self->state.show(asked); },
    [self](const presence_moved& came) { self->state.core->on_presence(came.what); },
    [self](const events_came& came) { self->state.core->on_events(*came.batch); },
    [self](doubt_arose) { self->state.core->on_doubt(); },
    [self](const watch_answered& said) { self->state.core->on_watched(said.call, said.got); },
    [self](const memberships_came& said) { self->state.core->on_memberships(said.call, said.got); },
    [self](const shared_came& said) { self->state.core->on_shared(said.call, said.got); },
    [self](const conversation_came& said) {
      self->state.core->on_conversation(said.call, said.got);
    },
    [self](const messages_came& said) { self->state.core->on_messages(said.call, said.got); },
    [self](const receipts_came& said) { self->state.core->on_receipts(said.call, said.got); },
    [self](const statuses_came& said) { self->state.core->on_statuses(said.call, said.got); },
    [self](hub_woke) { self->state.core->on_wake(); },
  };
}

} // namespace

hub_actor spawn_hub(caf::actor_system& system, const realtime_config& config,
                    std::shared_ptr<watch_service> watches,
                    std::shared_ptr<history_service> history,
                    std::shared_ptr<presence_service> presence) {
  return system.spawn(hub, config, std::move(watches), std::move(history), std::move(presence));
}

} // namespace recado::realtime
