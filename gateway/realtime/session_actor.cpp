#include "gateway/realtime/session_actor.hpp"

#include "gateway/realtime/event_feed.hpp"
#include "gateway/realtime/event_stream.hpp"
#include "gateway/shapes/ids.hpp"
#include "runtime/actor/child_setup.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace recado::realtime {
namespace {

constexpr int failed = 1011;

struct session_state : session_port {
  static inline const char* name = "session";
  explicit session_state(session_actor::pointer ptr) : self(ptr), id(uuid::v7()) {}
  ~session_state() override;

  void setup(std::shared_ptr<const session_world> w, hub_actor h, http::ws_peer_ptr p);
  void start(std::optional<auth::principal> who, std::optional<stream_start> stream);
  void closed();
  void on_checked(const result<void>& got);
  void kept(const positions_kept& what);
  void rang(alarm what);
  void keep_positions();
  // session_port
  void send(std::string text) override;
  void passed(const conversation_id& where, std::int64_t seq) override {
    if (feed) feed->passed(where, seq);
  }
  void close(int code, std::string reason) override { peer->close(code, std::move(reason)); }
  void consumed() override { peer->consumed(); }
  std::size_t queued_bytes() const override { return peer->queued_bytes(); }
  auth::authority::verdict verify(std::string_view token) override;
  void attach(const auth::principal& who) override;
  void submit(std::uint64_t ticket, command what) override;
  void ask_standings() override { self->send(hub, realtime::ask_standings{id}); }
  void read_messages(const conversation_id& where, std::int64_t since_seq,
                     std::size_t limit) override;
  void tell_typing(std::uint64_t ticket, const typing& what) override {
    self->send(hub, session_types{id, ticket, what});
  }
  void tell_presence(std::uint64_t ticket, presence_status now) override {
    self->send(hub, session_shows{id, ticket, now});
  }
  wall_time now() const override { return world->now(); }
  void wake_in(alarm what, std::chrono::milliseconds delay) override {
    self->delayed_send(self, delay, alarm_rang{what});
  }

  session_actor::pointer self;
  session_id id;
  std::shared_ptr<const session_world> world;
  hub_actor hub;
  http::ws_peer_ptr peer;
  std::optional<session_core> core;
  std::optional<event_feed> feed; ///< of an event stream
  bool known_to_hub = false;
};

/// Also after a failure: nobody else would close the socket or forget the session.
session_state::~session_state() {
  if (!peer) return;
  peer->close(failed, "internal error");
  world->commands->end_session(id);
  if (known_to_hub) caf::anon_send(hub, close_session{id});
}

void session_state::setup(std::shared_ptr<const session_world> w, hub_actor h,
                          http::ws_peer_ptr p) {
  world = std::move(w);
  hub = std::move(h);
  peer = std::move(p);
  core.emplace(world->config, id, *this);
}

void session_state::start(std::optional<auth::principal> who, std::optional<stream_start> stream) {
  if (!stream) return core->start(std::move(who));
  feed.emplace();
  wake_in(alarm::keep_alive, world->config.realtime.keep_alive);
  core->start_stream(*who, std::move(stream->since));
}

void session_state::send(std::string text) {
  if (!feed) return void(peer->send(std::move(text)));
  peer->send(feed->event_of(text));
  keep_positions();
}

void session_state::keep_positions() {
  auto due = feed->to_keep(self->clock().now());
  if (!due) return;
  session_actor me{self};
  auto under = uuid::v7();
  const auto& who = core->who();
  world->kept->keep(who.client, std::string{shapes::stream_route}, under.str(),
                    shapes::hash_of(who.user.value), {200, shapes::write_positions(*due)},
                    [me, under](const result<bool>& done) {
                      caf::anon_send(me, positions_kept{under, done.has_value() && *done});
                    });
}

void session_state::kept(const positions_kept& what) {
  feed->kept(what.ok ? std::optional{what.under} : std::nullopt);
  if (auto news = feed->id_alone(); !news.empty()) peer->send(std::move(news));
}

void session_state::rang(alarm what) {
  if (what != alarm::keep_alive) return core->on_alarm(what);
  peer->send(std::string{stream_comment});
  keep_positions(); // what was kept expires
  wake_in(what, world->config.realtime.keep_alive);
}

void session_state::closed() {
  self->quit();
}

auth::authority::verdict session_state::verify(std::string_view token) {
  auto out = world->tokens->verify(token, now());
  if (out.unknown_key) world->on_unknown_key();
  return out;
}

void session_state::attach(const auth::principal& who) {
  world->deleted->check(who, [me = session_actor{self}](const result<void>& got) {
    caf::anon_send(me, token_checked{got});
  });
}

/// Only now does the hub hear of the session: the token's user still exists.
void session_state::on_checked(const result<void>& got) {
  if (!got) return core->on_attached(got);
  known_to_hub = true;
  const auto& who = core->who();
  self->send(hub, open_session{id, who.client, who.user, session_actor{self}, peer});
}

void session_state::submit(std::uint64_t ticket, command what) {
  session_actor me{self};
  world->commands->submit(std::move(what), id, [me, ticket](reply said) {
    caf::anon_send(me, command_answered{ticket, std::move(said)});
  });
}

void session_state::read_messages(const conversation_id& where, std::int64_t since_seq,
                                  std::size_t limit) {
  session_actor me{self};
  history_service::range range;
  range.since_seq = since_seq;
  range.limit = limit;
  const auto& who = core->who();
  world->history->messages(
    who.client, where, who.user, range,
    [me](result<page<message_record>> got) { caf::anon_send(me, page_came{std::move(got)}); });
}

session_actor::behavior_type session(session_actor::stateful_pointer<session_state> self,
                                     std::shared_ptr<const session_world> world, hub_actor hub,
                                     http::ws_peer_ptr peer, std::optional<auth::principal> who,
                                     std::optional<stream_start> stream) {
  actor::child_setup(self);
  self->state.setup(std::move(world), std::move(hub), std::move(peer));
  self->state.start(std::move(who), std::move(stream));
  return {
    [self](text_came& in) { self->state.core->on_text(std::move(in.text)); },
    [self](const socket_closed&) { self->state.closed(); },
    [self](const token_checked& said) { self->state.on_checked(said.outcome); },
    [self](const attached& said) { self->state.core->on_attached(said.outcome); },
    [self](const deliver& in) { self->state.core->on_frame(in.what); },
    [self](const typed& said) { self->state.core->on_typed(said.ticket, said.known); },
    [self](standings_are& said) { self->state.core->on_standings(std::move(said.all)); },
    [self](const command_answered& said) { self->state.core->on_reply(said.ticket, said.said); },
    [self](const page_came& said) { self->state.core->on_page(said.got); },
    [self](const positions_kept& what) { self->state.kept(what); },
    [self](const alarm_rang& rang) { self->state.rang(rang.what); },
  };
}

} // namespace

session_actor spawn_session(caf::actor_system& system, std::shared_ptr<const session_world> world,
                            hub_actor hub, http::ws_peer_ptr peer,
                            std::optional<auth::principal> who,
                            std::optional<stream_start> stream) {
  return system.spawn(session, std::move(world), std::move(hub), std::move(peer), std::move(who),
                      std::move(stream));
}

} // namespace recado::realtime
