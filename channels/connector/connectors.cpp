/// The one that starts the connectors, watches over them and knows the way.
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "channels/catalog.hpp"
#include "channels/connector/connector_messages.hpp"
#include "runtime/actor/child_setup.hpp"
#include "runtime/actor/reply.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/observe/log.hpp"

namespace recado::channels {
namespace {

constexpr std::size_t asks_max = 16; ///< requests that wait for the start of one connector
/// A check is a request to a provider, whose own time-out is 25 s at most.
constexpr std::chrono::seconds check_answer{28};

struct connectors_state {
  static inline const char* name = "connectors";
  explicit connectors_state(connectors_actor::pointer ptr) : self(ptr) {}

  void setup(connector_ports given);
  // the messages
  void take_offer(const offer& came);
  void take_window(const window& came);
  void change_account(const account_changed& came);
  void delete_account(const account_deleted& came);
  void share_pace(const pace_share& came);
  caf::result<std::vector<connector_snapshot>> list(const client_id& client);
  void on_started(const connector_started& came);

  template <class Answer, class Ask>
  caf::result<Answer> pass_on(const Ask& ask);
  template <class Message>
  void tell_all(const Message& what);

  struct slot {
    connector_actor handle;
    std::vector<std::function<void(const connector_actor&)>> asks;
  };
  slot* find_or_start(const account_key& account);
  void start(const account_key& account);

  connectors_actor::pointer self;
  actor::supervisor_actor supervisor;
  std::shared_ptr<const connector_ports> ports;
  double share = 1;
  std::map<account_key, slot> slots;
};

std::string child_name(const account_key& account) {
  return account.client.str() + "/" + account.channel + "/" + account.account;
}

/// An account that kills its connector must not take those of others along: it is started again for
/// ever, ever more slowly.
actor::supervisor_config patient() {
  actor::supervisor_config out;
  out.name = "connectors";
  out.per_child.failures_max = out.in_total.failures_max = 10'000;
  out.backoff_max = std::chrono::seconds{30};
  return out;
}

void connectors_state::setup(connector_ports given) {
  ports = std::make_shared<const connector_ports>(std::move(given));
  supervisor = actor::supervise(self->system(), patient(), {});
  self->link_to(supervisor);
}

connectors_state::slot* connectors_state::find_or_start(const account_key& account) {
  auto found = slots.find(account);
  if (found != slots.end()) return &found->second;
  if (find(account.channel) == nullptr) {
    observe::log_error("no-such-channel", "{} of account {}", account.channel, account.account);
    return nullptr;
  }
  start(account);
  return &slots[account];
}

void connectors_state::start(const account_key& account) {
  connectors_actor me{self};
  actor::child_spec spec;
  spec.name = child_name(account);
  spec.start = [me, account, shared = ports, part = share](caf::actor_system& system) {
    auto child = caf::actor_cast<caf::actor>(spawn_connector(system, account, part, shared));
    caf::anon_send(me, connector_started{account, child});
    return child;
  };
  self->request(supervisor, actor::timeout::local_answer, actor::add_child{std::move(spec)})
    .then([](const caf::actor&) {},
          [account](caf::error& why) {
            observe::log_error("connector-not-started", "{}/{}: {}", account.channel,
                               account.account, actor::describe(why));
          });
}

void connectors_state::on_started(const connector_started& came) {
  auto& one = slots[came.account];
  one.handle = caf::actor_cast<connector_actor>(came.handle);
  caf::anon_send(one.handle, pace_share{share}); // it may have changed since the first start
  for (auto& ask : std::exchange(one.asks, {}))
    ask(one.handle);
}

void connectors_state::take_offer(const offer& came) {
  std::map<account_key, offer> by_account;
  for (const auto& each : came.fresh)
    by_account[each->over].fresh.push_back(each);
  for (auto& [account, part] : by_account) {
    auto* to = find_or_start(account);
    // One that is only starting reads these rows from the database.
    if (to != nullptr && to->handle) self->send(to->handle, std::move(part));
  }
}

void connectors_state::take_window(const window& came) {
  auto* to = find_or_start(came.account);
  if (to != nullptr && to->handle) self->send(to->handle, came);
}

void connectors_state::change_account(const account_changed& came) {
  auto* to = find_or_start(came.record.key);
  if (to != nullptr && to->handle) self->send(to->handle, came);
}

void connectors_state::delete_account(const account_deleted& came) {
  auto found = slots.find(came.account);
  if (found != slots.end() && found->second.handle) self->send(found->second.handle, came);
}

void connectors_state::share_pace(const pace_share& came) {
  share = came.share;
  tell_all(came);
}

template <class Message>
void connectors_state::tell_all(const Message& what) {
  for (const auto& [account, each] : slots)
    if (each.handle) self->send(each.handle, what);
}

template <class Answer, class Ask>
caf::result<Answer> connectors_state::pass_on(const Ask& ask) {
  auto* to = find_or_start(ask.account);
  if (to == nullptr) return actor::to_error(problem{ec::not_found, "no such channel"});
  if (to->asks.size() >= asks_max) return actor::to_error(problem{ec::overloaded, ""});
  auto later = std::make_shared<actor::reply<Answer>>(self->make_response_promise<Answer>());
  auto promise = later->promise();
  auto pass = [this, ask, later](const connector_actor& handle) {
    self->request(handle, check_answer, ask)
      .then([later](const Answer& answer) { (*later)(answer); },
            [later](caf::error& why) { (*later)(std::move(why)); });
  };
  if (to->handle)
    pass(to->handle);
  else
    to->asks.push_back(std::move(pass));
  return promise;
}

/// Asks all of them at once; the last answer, or error, completes the list.
caf::result<std::vector<connector_snapshot>> connectors_state::list(const client_id& client) {
  using answer = std::vector<connector_snapshot>;
  struct gathering {
    explicit gathering(actor::reply<answer> to) : reply(std::move(to)) {}
    gathering(const gathering&) = delete;
    gathering& operator=(const gathering&) = delete;
    actor::reply<answer> reply;
    answer all;
    ~gathering() {
      std::sort(all.begin(), all.end(),
                [](const auto& a, const auto& b) { return a.account < b.account; });
      reply(std::move(all));
    }
  };
  actor::reply<answer> later{self->make_response_promise<answer>()};
  auto promise = later.promise();
  auto gathered = std::make_shared<gathering>(std::move(later));
  for (const auto& [account, each] : slots) {
    if (account.client != client || !each.handle) continue;
    self->request(each.handle, actor::timeout::local_answer, show_connector{})
      .then([gathered](const connector_snapshot& one) { gathered->all.push_back(one); },
            [gathered](caf::error&) {}); // one that is just being restarted is left out
  }
  return promise;
}

connectors_actor::behavior_type
connectors(connectors_actor::stateful_pointer<connectors_state> self,
           const connector_ports& ports) {
  actor::child_setup(self);
  self->state.setup(ports);
  return {
    [self](const offer& came) { self->state.take_offer(came); },
    [self](const window& came) { self->state.take_window(came); },
    [self](const account_changed& came) { self->state.change_account(came); },
    [self](const account_deleted& came) { self->state.delete_account(came); },
    [self](const part_with_partition& asked) { self->state.tell_all(asked); },
    [self](const drop_partition& asked) { self->state.tell_all(asked); },
    [self](const pace_share& came) { self->state.share_pace(came); },
    [self](const connectors_of& asked) { return self->state.list(asked.client); },
    [self](const steer_connector& asked) { return self->state.pass_on<connector_snapshot>(asked); },
    [self](const check_connector& asked) { return self->state.pass_on<check_result>(asked); },
    [self](const connector_started& came) { self->state.on_started(came); },
  };
}

} // namespace

connectors_actor spawn_connectors(caf::actor_system& system, connector_ports ports) {
  return system.spawn(connectors, std::move(ports));
}

} // namespace recado::channels
