#include "cluster/router/router.hpp"

#include "cluster/router/router_actor.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

namespace recado::cluster {

void router_mailbox::open(router_actor to) {
  std::unique_lock lock{gate_};
  if (!closed_) to_ = std::move(to);
}

void router_mailbox::close() {
  std::unique_lock lock{gate_};
  if (to_) caf::anon_send(to_, close_router{});
  to_ = nullptr;
  closed_ = true;
}

bool router_mailbox::closed() const {
  std::shared_lock lock{gate_};
  return closed_;
}

struct router::impl {
  std::shared_ptr<router_shared> shared = std::make_shared<router_shared>();
  actor::credit_ptr room, bytes; ///< of the mailbox; what the actor took counts in its core
  std::mutex facts_mutex;
  take_facts facts; ///< all that was told, for a successor

  std::shared_ptr<parcel> pack(command what, const uuid& session, on_reply done);
  void tell(take_facts news) {
    std::lock_guard lock{facts_mutex}; // also while posting: two calls keep their order
    if (news.link) facts.link = news.link;
    if (news.generation) facts.generation = news.generation;
    if (news.local) facts.local = news.local;
    shared->mailbox->post(std::move(news));
  }
};

router::router(router_config config, router_ports ports) : impl_(std::make_unique<impl>()) {
  impl_->room = actor::credit::make(config.commands_max);
  impl_->bytes = actor::credit::make(config.bytes_max);
  impl_->shared->config = std::move(config);
  impl_->shared->ports = std::move(ports);
}

router::~router() {
  stop();
}

caf::actor router::start(caf::actor_system& system) {
  auto spawned = system.spawn(run_router, impl_->shared);
  std::lock_guard lock{impl_->facts_mutex};
  impl_->shared->mailbox->open(spawned);
  impl_->shared->mailbox->post(impl_->facts);
  return caf::actor_cast<caf::actor>(spawned);
}

/// The command with its room in the mailbox; null if there is none, which is answered.
std::shared_ptr<parcel> router::impl::pack(command what, const uuid& session, on_reply done) {
  auto id = what.id;
  auto in_bytes = bytes->try_take(weight_of(what));
  auto in_room = room->try_take();
  auto given = std::make_shared<parcel>(std::move(what), session, std::move(done));
  if (in_bytes && in_room && !shared->mailbox->closed()) {
    given->bytes = std::move(in_bytes);
    given->room = std::move(in_room);
    return given;
  }
  given->done(refuse(id, shared->mailbox->closed() ? ec::shutting_down : ec::overloaded));
  return nullptr;
}

void router::submit(command what, const uuid& session, on_reply done) {
  if (auto given = impl_->pack(std::move(what), session, std::move(done)))
    impl_->shared->mailbox->post(take_commands{{std::move(given)}});
}

void router::submit_all(std::vector<std::pair<command, on_reply>> all, const uuid& session) {
  take_commands out;
  out.all.reserve(all.size());
  for (auto& [what, done] : all)
    if (auto given = impl_->pack(std::move(what), session, std::move(done)))
      out.all.push_back(std::move(given));
  if (!out.all.empty()) impl_->shared->mailbox->post(std::move(out));
}

void router::end_session(const uuid&) noexcept {}

void router::on_replies(std::vector<reply> replies) {
  impl_->shared->mailbox->post(take_replies{std::move(replies)});
}
void router::on_beacon(beacon from) {
  impl_->shared->mailbox->post(take_beacon{std::move(from)});
}
void router::on_link(bool up) {
  impl_->tell({up, {}, {}});
}
void router::on_generation(std::int32_t generation) {
  impl_->tell({{}, generation, {}});
}
void router::set_local(std::vector<partition_id> owned) {
  impl_->tell({{}, {}, std::move(owned)});
}

router_counters router::counters() const {
  std::lock_guard lock{impl_->shared->counters_mutex};
  return impl_->shared->counters;
}

void router::stop() {
  impl_->shared->mailbox->close();
}

std::shared_ptr<router> spawn_router(caf::actor_system& system, router_config config,
                                     router_ports ports) {
  auto out = std::make_shared<router>(std::move(config), std::move(ports));
  out->start(system);
  return out;
}

} // namespace recado::cluster
