#include "gateway/realtime/realtime.hpp"

#include "gateway/realtime/event_stream.hpp"
#include "gateway/realtime/hub_actor.hpp"
#include "gateway/realtime/hub_line.hpp"
#include "gateway/realtime/session_actor.hpp"

#include <atomic>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace recado::realtime {
namespace {

constexpr std::string_view subprotocol = "recado.v1.json";
constexpr int restarting = 1012;

/// Does the client offer our subprotocol?
bool offers_ours(std::string_view offered) {
  while (!offered.empty()) {
    auto end = std::min(offered.find(','), offered.size());
    auto each = offered.substr(0, end);
    while (each.starts_with(' '))
      each.remove_prefix(1);
    while (each.ends_with(' '))
      each.remove_suffix(1);
    if (each == subprotocol) return true;
    offered.remove_prefix(std::min(end + 1, offered.size()));
  }
  return false;
}

/// The end of a stream's answer on its way to a session that may not be there yet.
class stream_end {
public:
  void reached() {
    std::lock_guard lock{mutex_};
    reached_ = true;
    if (session_) caf::anon_send(session_, socket_closed{});
    session_ = nullptr;
  }
  void tell(const session_actor& session) {
    std::lock_guard lock{mutex_};
    if (reached_) return caf::anon_send(session, socket_closed{});
    session_ = session;
  }

private:
  std::mutex mutex_;
  session_actor session_;
  bool reached_ = false;
};

class socket_door final : public realtime, public std::enable_shared_from_this<socket_door> {
public:
  socket_door(caf::actor_system& system, std::shared_ptr<session_world> world,
              std::shared_ptr<watch_service> watches, std::shared_ptr<presence_service> presence)
    : system_(system),
      world_(std::move(world)),
      watches_(std::move(watches)),
      presence_(std::move(presence)) {
    std::weak_ptr<hub_line> weak = line_;
    watches_->listen(
      [weak](const event_batch& batch) {
        if (auto line = weak.lock()) line->events(batch);
      },
      [weak] {
        if (auto line = weak.lock()) line->doubt();
      });
    presence_->listen([weak](const presence_change& what) {
      if (auto line = weak.lock()) line->presence(what);
    });
  }

  actor::child_spec hub_child() override;
  void accept(const http::request& asked, const http::upgrader& answer,
              std::optional<auth::principal> who) override;
  bool stream(const http::responder& answer, http::response head, const auth::principal& who,
              std::optional<shapes::positions> since) override;
  void tell(const typing& what) override {
    if (auto hub = line_->get()) caf::anon_send(hub, session_types{{}, 0, what});
  }
  void bury(const client_id& client, const user_id& user) override {
    if (auto hub = line_->get()) caf::anon_send(hub, person_deleted{client, user});
  }
  std::size_t sessions() const override { return *open_; }
  void stop() override { line_->cut(); }

private:
  http::ws_callbacks open(const http::ws_peer_ptr& peer, std::optional<auth::principal> who);

  caf::actor_system& system_;
  std::shared_ptr<session_world> world_;
  std::shared_ptr<watch_service> watches_;
  std::shared_ptr<presence_service> presence_;
  std::shared_ptr<hub_line> line_ = hub_line::make();
  std::shared_ptr<std::atomic<std::size_t>> open_ = std::make_shared<std::atomic<std::size_t>>(0);
};

actor::child_spec socket_door::hub_child() {
  auto start = [line = line_, watches = watches_, presence = presence_, history = world_->history,
                config = world_->config.realtime](caf::actor_system& system) {
    auto hub = spawn_hub(system, config, watches, history, presence);
    line->connect(hub);
    return caf::actor_cast<caf::actor>(hub);
  };
  return {"hub", std::move(start)};
}

void socket_door::accept(const http::request& asked, const http::upgrader& answer,
                         std::optional<auth::principal> who) {
  bool ours = offers_ours(asked.header_value("Sec-WebSocket-Protocol"));
  answer.accept(ours ? std::string{subprotocol} : std::string{},
                [self = shared_from_this(), who = std::move(who)](http::ws_peer_ptr peer) {
                  return self->open(peer, who);
                });
}

http::ws_callbacks socket_door::open(const http::ws_peer_ptr& peer,
                                     std::optional<auth::principal> who) {
  auto hub = line_->get();
  if (!hub) {
    peer->close(restarting, "restart");
    return {[](const std::string&) {}, [](int) {}};
  }
  ++*open_;
  auto session = spawn_session(system_, world_, hub, peer, std::move(who));
  return {
    [session](std::string text) { caf::anon_send(session, text_came{std::move(text)}); },
    [session, count = open_](int code) {
      --*count;
      caf::anon_send(session, socket_closed{code});
    },
  };
}

bool socket_door::stream(const http::responder& answer, http::response head,
                         const auth::principal& who, std::optional<shapes::positions> since) {
  auto hub = line_->get();
  if (!hub) return false;
  auto end = std::make_shared<stream_end>();
  head.body = stream_greeting;
  ++*open_;
  auto to = answer.stream(std::move(head), [end, count = open_] {
    --*count;
    end->reached();
  });
  if (!to) {
    --*open_; // its reader has gone already
    return true;
  }
  auto begin = [self = shared_from_this(), hub, end, peer = event_stream_peer(std::move(to)), who,
                start = stream_start{std::move(since)}] {
    end->tell(spawn_session(self->system_, self->world_, hub, peer, who, start));
  };
  caf::anon_send(hub, host{std::move(begin)});
  return true;
}

} // namespace

std::shared_ptr<realtime> make_realtime(caf::actor_system& system, const gateway_config& config,
                                        services below, std::shared_ptr<auth::authority> tokens,
                                        std::shared_ptr<auth::tombstones> deleted,
                                        std::function<wall_time()> now,
                                        std::function<void()> on_unknown_key) {
  auto world = std::make_shared<session_world>(session_world{
    config, std::move(below.commands), std::move(below.history), std::move(below.idempotency),
    std::move(tokens), std::move(deleted), std::move(now), std::move(on_unknown_key)});
  return std::make_shared<socket_door>(system, std::move(world), std::move(below.watches),
                                       std::move(below.presence));
}

} // namespace recado::realtime
