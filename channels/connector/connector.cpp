#include "channels/catalog.hpp"
#include "channels/connector/connector_state.hpp"
#include "runtime/actor/child_setup.hpp"
#include "runtime/observe/log.hpp"

namespace recado::channels {
namespace {

constexpr std::chrono::seconds account_pause{1}; ///< before the store is asked again
constexpr std::size_t checks_max = 4;            ///< at once
constexpr std::size_t waiting_max = 16;          ///< requests while the account is being read

} // namespace

instant connector_state::now() const {
  return {self->clock().now(), ports->now()};
}

void connector_state::setup(account_key of, double share,
                            std::shared_ptr<const connector_ports> given) {
  ports = std::move(given);
  key = std::move(of);
  speaks = find(key.channel);
  config.pace_share = share;
  config.seed = std::hash<uuid>{}(uuid::v7());
  if (speaks != nullptr) config.ordered = speaks->can().ordered;
  if (ports->meter.breaker) ports->meter.breaker(key, breaker); // that of an earlier life is gone
  ask_account();
}

// ---------------------------------------------------------------- the account

void connector_state::ask_account() {
  connector_actor me{self};
  ports->accounts(
    key, [me](result<account_record> came) { caf::anon_send(me, account_came{std::move(came)}); });
}

void connector_state::on_account(const result<account_record>& came) {
  if (came) return change_account(*came);
  if (came.error().code == ec::not_found) return delete_account();
  observe::log_warn("account-unread", "{}/{}: {}", key.channel, key.account, came.error().detail);
  self->delayed_send(self, account_pause, ask_account_again{});
}

void connector_state::change_account(const account_record& record) {
  if (record.version < version) return;
  bool is_new = record.version != version;
  version = record.version;
  config.pace = record.pace;
  config.retry = record.retry;
  open_account_of(record);
  make_core();
  if (is_new) run(core->reopen(now()));
  run(core->change(config.pace, config.pace_share, config.retry, now()));
  run(record.paused ? core->pause(now()) : core->resume(now()));
}

void connector_state::open_account_of(const account_record& record) {
  auto opened = open(record);
  if (opened)
    account = std::move(*opened);
  else
    refuse_account("the stored account cannot be read");
}

void connector_state::refuse_account(const std::string& why) {
  account.reset();
  observe::log_error("account-unusable", "{}/{}: {}", key.channel, key.account, why);
}

void connector_state::delete_account() {
  version = -1; // another one may be made under this name
  account.reset();
  make_core();
  run(core->close("the account does not exist any more", now()));
  breaker = policy::circuit_breaker::state::closed; // nobody waits for this provider any more
  if (ports->meter.breaker) ports->meter.breaker(key, breaker);
}

/// The first thing that it does is to read what is open: an offer that came before is among it.
void connector_state::make_core() {
  if (core) return;
  core.emplace(config);
  run(core->start(now()));
  for (auto& each : std::exchange(when_ready, {}))
    each();
}

// ---------------------------------------------------------------- what comes from the owners

void connector_state::take_offer(const offer& came) {
  if (!core) return;
  for (const auto& each : came.fresh)
    run(core->offered(each, now()));
}

void connector_state::take_window(const window& came) {
  if (core) run(core->loaded(came.rows, came.complete, came.as_of, now()));
}

void connector_state::part_with(const part_with_partition& asked) {
  if (!core) return;
  parting.push_back(asked);
  run(core->parting(asked.part, now()));
}

/// Whoever waits for the last try of a partition hears of it by this.
void connector_state::let_go() {
  std::erase_if(parting, [this](const auto& each) { return !core->under_way(each.part); });
}

void connector_state::drop(partition_id part) {
  if (core) run(core->dropped(part, now()));
}

void connector_state::share_pace(double share) {
  config.pace_share = share;
  if (core) run(core->change(config.pace, share, config.retry, now()));
}

// ---------------------------------------------------------------- what operators ask

caf::result<connector_snapshot> connector_state::steer(connector_verb verb) {
  actor::reply<connector_snapshot> later{self->make_response_promise<connector_snapshot>()};
  auto promise = later.promise();
  once_ready([this, verb, answer = std::make_shared<decltype(later)>(std::move(later))] {
    run(verb == connector_verb::pause ? core->pause(now()) : core->resume(now()));
    (*answer)(show());
  });
  return promise;
}

caf::result<check_result> connector_state::check() {
  actor::reply<check_result> later{self->make_response_promise<check_result>()};
  auto promise = later.promise();
  once_ready([this, answer = std::make_shared<decltype(later)>(std::move(later))] {
    begin_check(std::move(*answer));
  });
  return promise;
}

/// Now, or when the account has been read. What is one too many is forgotten, and so `abandoned`.
void connector_state::once_ready(std::function<void()> work) {
  if (core)
    work();
  else if (when_ready.size() < waiting_max)
    when_ready.push_back(std::move(work));
}

void connector_state::begin_check(actor::reply<check_result> answer) {
  if (!account) return answer.fail({ec::not_found, "no such account"});
  if (checks.size() >= checks_max) return answer.fail({ec::overloaded, "too many checks at once"});
  auto request = speaks->check(*account, ports->now());
  if (!request) return answer(check_result{false, "", request.error().detail, {}});
  auto number = ++last_check;
  checks.emplace(number, pending_check{std::move(answer), self->clock().now()});
  connector_actor me{self};
  ports->carry(std::move(*request), [me, number](transport_answer came) {
    caf::anon_send(me, check_answered{number, std::move(came)});
  });
}

connector_snapshot connector_state::show() {
  auto out = core ? core->snapshot(now()) : connector_snapshot{};
  out.account = key;
  return out;
}

void connector_state::on_check(const check_answered& came) {
  auto found = checks.extract(came.check);
  if (found.empty()) return;
  auto said = speaks->parse_response(came.answer, ports->now());
  auto took = std::chrono::duration_cast<std::chrono::milliseconds>(self->clock().now() -
                                                                    found.mapped().since);
  found.mapped().answer(
    check_result{said.what == outcome_class::sent, said.provider_code, said.detail, took});
}

namespace {

connector_actor::behavior_type connector(connector_actor::stateful_pointer<connector_state> self,
                                         account_key account, double share,
                                         std::shared_ptr<const connector_ports> ports) {
  actor::child_setup(self);
  self->state.setup(std::move(account), share, std::move(ports));
  return {
    [self](const offer& came) { self->state.take_offer(came); },
    [self](const window& came) { self->state.take_window(came); },
    [self](const account_changed& came) { self->state.change_account(came.record); },
    [self](const account_deleted&) { self->state.delete_account(); },
    [self](const part_with_partition& asked) { self->state.part_with(asked); },
    [self](const drop_partition& asked) { self->state.drop(asked.part); },
    [self](const pace_share& asked) { self->state.share_pace(asked.share); },
    [self](const steer_connector& asked) { return self->state.steer(asked.verb); },
    [self](const check_connector&) { return self->state.check(); },
    [self](show_connector) { return self->state.show(); },
    [self](const account_came& came) { self->state.on_account(came.record); },
    [self](const try_begun& came) {
      auto& state = self->state;
      state.run(state.core->begun(came.ticket, came.granted, state.now()));
    },
    [self](const try_answered& came) { self->state.on_answered(came); },
    [self](const try_settled& came) {
      auto& state = self->state;
      state.run(state.core->settled(came.ticket, came.kept, state.now()));
    },
    [self](const check_answered& came) { self->state.on_check(came); },
    [self](const connector_woke& came) { self->state.on_timer(came.timer); },
    [self](ask_account_again) { self->state.ask_account(); },
  };
}

} // namespace

connector_actor spawn_connector(caf::actor_system& system, account_key account, double pace_share,
                                std::shared_ptr<const connector_ports> ports) {
  return system.spawn(connector, std::move(account), pace_share, std::move(ports));
}

} // namespace recado::channels
