#include "gateway/admission/admission.hpp"

#include "runtime/actor/child_setup.hpp"
#include "runtime/clock/wall_clock.hpp"
#include "runtime/policy/fair_queue.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <mutex>

namespace recado::admission {

struct sweep {}; ///< look at what has waited too long

/// Pooled; a supervised child of the gateway. While it is dead, waiting is not bounded by time.
using sweeper_actor = caf::typed_actor<
  // Something began to wait, or INTERNAL: its time is over.
  caf::reacts_to<sweep>>;

} // namespace recado::admission

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::admission::sweep)

namespace recado::admission {
namespace {

constexpr std::size_t envelope_bytes = 320; ///< of a message, beside its payload and metadata
constexpr std::size_t keys_share = 16;      ///< how many clients' worth may be in flight in all

struct key {
  client_id client;
  lane priority = lane::standard;
  bool operator==(const key&) const = default;
};
struct key_hash {
  std::size_t operator()(const key& what) const noexcept {
    return std::hash<client_id>{}(what.client) * 3 + static_cast<std::size_t>(what.priority);
  }
};

struct waiting {
  command what;
  uuid session;
  on_reply done;
};

policy::fair_queue_config queue_config(const admission_config& from) {
  policy::fair_queue_config out;
  out.in_flight_per_key = {from.messages_max, from.bytes_max};
  out.in_flight_total = {from.messages_max * keys_share, from.bytes_max * keys_share};
  out.waiting_per_key = from.waiting_max;
  out.waiting_total = from.waiting_max * keys_share;
  out.wait_max = from.wait_max;
  return out;
}

policy::load weight_of(const command& what) {
  const auto& send = std::get<send_message>(what.body);
  return {1, envelope_bytes + send.payload.size() + send.metadata.size()};
}

class gate final : public admission, public std::enable_shared_from_this<gate> {
public:
  gate(const admission_config& config, std::shared_ptr<rates> paces,
       std::shared_ptr<command_service> below, observe::metrics& metrics)
    : paces_(std::move(paces)),
      below_(std::move(below)),
      queue_(queue_config(config)),
      waited_(
        metrics.make_counter("recado_gateway_admission_waits_total",
                             "Messages that waited because their client had too much in flight.")),
      refused_(
        metrics.make_counter("recado_gateway_admission_refusals_total",
                             "Messages refused because their client had too much in flight.")),
      too_fast_(metrics.make_counter("recado_gateway_rate_limited_total",
                                     "Messages refused because their client was too fast.")) {}

  void submit(command what, const uuid& session, on_reply done) override;
  void submit_all(std::vector<submission> all, const uuid& session) override;
  void end_session(const uuid& session) override { below_->end_session(session); }
  actor::child_spec sweeper_child() override;
  void stop() override;
  /// When to look again; nothing while nothing waits.
  std::optional<steady_time> sweep_now();

private:
  using lock = std::lock_guard<std::recursive_mutex>;
  on_reply answering(const key& who, policy::load weight, on_reply done);
  void start(key who, policy::load weight, waiting what);
  void finished(const key& who, policy::load weight);
  void refuse(waiting what);
  void slow_down(const command& what, const on_reply& done);

  const std::shared_ptr<rates> paces_;
  const std::shared_ptr<command_service> below_;
  // Held while a command that waited is handed down, so that the next one of its session cannot
  // overtake it; an answer given at once comes back here on the same thread.
  std::recursive_mutex mutex_;
  policy::fair_queue<key, waiting, key_hash> queue_;
  sweeper_actor sweeper_;
  bool stopped_ = false;
  observe::counter waited_, refused_, too_fast_;
};

void gate::submit(command what, const uuid& session, on_reply done) {
  if (!std::holds_alternative<send_message>(what.body))
    return below_->submit(std::move(what), session, std::move(done));
  if (!paces_->take(what.client, clock::boot_time())) return slow_down(what, done);
  key who{what.client, what.priority};
  auto weight = weight_of(what);
  waiting item{std::move(what), session, std::move(done)};
  auto outcome = policy::admission::refused;
  {
    lock held{mutex_};
    if (!stopped_) outcome = queue_.offer(who, weight, item, clock::boot_time());
    if (outcome == policy::admission::waiting && sweeper_) caf::anon_send(sweeper_, sweep{});
  }
  if (outcome == policy::admission::admitted) return start(who, weight, std::move(item));
  if (outcome == policy::admission::waiting) return waited_.add();
  refuse(std::move(item));
}

/// Handed down while the lock is held: what waits of the same bulk must not overtake it.
void gate::submit_all(std::vector<submission> all, const uuid& session) {
  std::vector<submission> admitted, too_fast;
  std::vector<waiting> refused;
  lock held{mutex_};
  bool waits = false;
  for (auto& [what, done] : all) {
    if (!std::holds_alternative<send_message>(what.body)) {
      admitted.emplace_back(std::move(what), std::move(done));
      continue;
    }
    if (!paces_->take(what.client, clock::boot_time())) {
      too_fast.emplace_back(std::move(what), std::move(done));
      continue;
    }
    key who{what.client, what.priority};
    auto weight = weight_of(what);
    waiting item{std::move(what), session, std::move(done)};
    auto outcome = policy::admission::refused;
    if (!stopped_) outcome = queue_.offer(who, weight, item, clock::boot_time());
    if (outcome == policy::admission::admitted)
      admitted.emplace_back(std::move(item.what), answering(who, weight, std::move(item.done)));
    else if (outcome == policy::admission::refused)
      refused.push_back(std::move(item));
    else
      waited_.add(), waits = true;
  }
  if (waits && sweeper_) caf::anon_send(sweeper_, sweep{});
  below_->submit_all(std::move(admitted), session);
  for (auto& each : refused)
    refuse(std::move(each));
  for (const auto& [what, done] : too_fast)
    slow_down(what, done);
}

void gate::slow_down(const command& what, const on_reply& done) {
  too_fast_.add();
  done(recado::refuse(what.id, ec::rate_limited, "the client sends faster than it may"));
}

on_reply gate::answering(const key& who, policy::load weight, on_reply done) {
  return [self = shared_from_this(), who, weight, done = std::move(done)](reply said) {
    self->finished(who, weight);
    done(std::move(said));
  };
}

void gate::start(key who, policy::load weight, waiting what) {
  below_->submit(std::move(what.what), what.session, answering(who, weight, std::move(what.done)));
}

void gate::finished(const key& who, policy::load weight) {
  lock held{mutex_};
  queue_.finished(who, weight);
  while (auto next = queue_.next(clock::boot_time()))
    start(next->key, next->weight, std::move(next->item));
}

void gate::refuse(waiting what) {
  refused_.add();
  what.done(recado::refuse(what.what.id, ec::overloaded, "too many messages in flight"));
}

std::optional<steady_time> gate::sweep_now() {
  decltype(queue_.expired({})) late;
  std::optional<steady_time> next;
  {
    lock held{mutex_};
    late = queue_.expired(clock::boot_time());
    while (auto entry = queue_.next(clock::boot_time()))
      start(entry->key, entry->weight, std::move(entry->item));
    next = queue_.next_deadline();
  }
  for (auto& each : late)
    refuse(std::move(each.item));
  return next;
}

void gate::stop() {
  decltype(queue_.expired({})) all;
  {
    lock held{mutex_};
    stopped_ = true;
    sweeper_ = nullptr;
    all = queue_.expired(steady_time::max());
  }
  for (auto& each : all)
    refuse(std::move(each.item));
}

struct sweeper_state {
  static inline const char* name = "sweeper";
  std::weak_ptr<gate> of;
  bool armed = false;
};

/// One timer at a time: messages that come while it runs wait no shorter than what it waits for.
void look(sweeper_actor::stateful_pointer<sweeper_state> self, bool timer) {
  auto of = self->state.of.lock();
  if (!of || (self->state.armed && !timer)) return;
  auto next = of->sweep_now();
  self->state.armed = next.has_value();
  if (!next) return;
  auto wait = std::max(*next - clock::boot_time(), std::chrono::nanoseconds{1'000'000});
  self->delayed_send(self, wait, sweep{});
}

sweeper_actor::behavior_type sweeper(sweeper_actor::stateful_pointer<sweeper_state> self,
                                     std::weak_ptr<gate> of) {
  actor::child_setup(self);
  self->state.of = std::move(of);
  return {[self](sweep) { look(self, self->current_sender() == self); }};
}

actor::child_spec gate::sweeper_child() {
  auto start = [weak = weak_from_this()](caf::actor_system& system) {
    auto made = system.spawn(sweeper, weak);
    if (auto self = weak.lock()) {
      lock held{self->mutex_};
      if (!self->stopped_) self->sweeper_ = made;
    }
    return caf::actor_cast<caf::actor>(made);
  };
  return {"admission-sweeper", std::move(start)};
}

} // namespace

std::shared_ptr<admission> make_admission(const admission_config& config,
                                          std::shared_ptr<rates> paces,
                                          std::shared_ptr<command_service> below,
                                          observe::metrics& metrics) {
  return std::make_shared<gate>(config, std::move(paces), std::move(below), metrics);
}

} // namespace recado::admission
