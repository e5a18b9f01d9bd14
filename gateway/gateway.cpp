#include "gateway/gateway.hpp"

#include "gateway/admission/admission.hpp"
#include "gateway/admission/quota_sweeper_actor.hpp"
#include "gateway/auth/tombstones.hpp"
#include "gateway/keyring_actor.hpp"
#include "gateway/realtime/realtime.hpp"
#include "gateway/rest/api.hpp"
#include "gateway/rest/gate.hpp"
#include "gateway/shapes/problem_body.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/clock/wall_clock.hpp"

#include <atomic>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

namespace recado {
namespace {

/// The way to the keyring, whichever life of it is the present one.
class keyring_line {
public:
  void connect(const keyring_actor& to) {
    std::lock_guard lock{mutex_};
    if (!closed_) to_ = to;
  }
  void cut() {
    std::lock_guard lock{mutex_};
    closed_ = true;
    to_ = nullptr;
  }
  void ask() const {
    std::lock_guard lock{mutex_};
    if (to_) caf::anon_send(to_, read_keys{});
  }

private:
  mutable std::mutex mutex_;
  keyring_actor to_;
  bool closed_ = false;
};

/// Everything that requests need; kept alive by each of them until its answer is given.
class door final : public http::handler, public std::enable_shared_from_this<door> {
public:
  door(gateway_config settings, services below, const gateway_environment& around,
       std::shared_ptr<auth::authority> tokens, std::shared_ptr<auth::tombstones> deleted,
       std::shared_ptr<realtime::realtime> sockets,
       std::function<rest::allowances(const client_id&)> allowance,
       std::function<void()> on_unknown_key)
    : config_(std::move(settings)),
      tokens_(std::move(tokens)),
      deleted_(std::move(deleted)),
      sockets_(std::move(sockets)),
      gate_(config_.limits, *tokens_, around.now, std::move(on_unknown_key)),
      api_(config_, std::move(below), *tokens_,
           {around.health, around.metrics, around.now,
            [to = sockets_](const rest::typing_notice& what) {
              to->tell({what.client, what.conversation, what.user, what.on});
            },
            [to = sockets_, deleted = deleted_](const client_id& client, const user_id& user) {
              deleted->bury(client, user);
              to->bury(client, user);
            },
            [to = sockets_](const rest::call_ptr& on, http::response head,
                            std::optional<shapes::positions> since) {
              return to->stream(*on->responder, std::move(head), on->who, std::move(since));
            },
            std::move(allowance)}) {}

  http::early_answer on_headers(const http::request& head) override;
  void on_request(http::request asked, http::responder answer) override;
  void on_upgrade(http::request asked, http::upgrader answer) override;
  http::response on_protocol_error(int status, std::string_view detail) override;
  http::response on_too_late() override {
    return rest::call{{}}.rendered(problem{ec::shutting_down});
  }

  void close() { closed_ = true; }

private:
  void run(const rest::call_ptr& on, http::request asked,
           std::function<void(http::response)> reply_with);

  const gateway_config config_;
  std::shared_ptr<auth::authority> tokens_;
  std::shared_ptr<auth::tombstones> deleted_;
  std::shared_ptr<realtime::realtime> sockets_;
  rest::gate gate_;
  rest::api api_;
  std::atomic<bool> closed_ = false;
};

http::early_answer door::on_headers(const http::request& head) {
  if (!closed_) return gate_.before_body(head);
  http::early_answer out;
  out.refuse = rest::call{head}.rendered(problem{ec::shutting_down});
  return out;
}

void door::on_request(http::request asked, http::responder answer) {
  auto on = std::any_cast<rest::call_ptr>(asked.context);
  on->responder = answer;
  run(on, std::move(asked), [answer](http::response what) { answer(std::move(what)); });
}

void door::run(const rest::call_ptr& on, http::request asked,
               std::function<void(http::response)> reply_with) {
  on->asked = std::move(asked);
  on->asked.context.reset(); // it is `on` itself
  on->reply_with = std::move(reply_with);
  on->alive = shared_from_this();
  // The token's user comes first, as the token does in the contract's order of checks.
  deleted_->check(on->who, [this, on](const result<void>& alive) {
    if (!alive) return on->fail(alive.error());
    if (auto refusal = gate_.before_handler(*on)) return on->fail(*refusal);
    api_.run(on);
  });
}

void door::on_upgrade(http::request asked, http::upgrader answer) {
  auto on = std::any_cast<rest::call_ptr>(asked.context);
  if (on->where->who != rest::access::socket || asked.method != "GET")
    return run(on, std::move(asked),
               [answer](http::response what) { answer.refuse(std::move(what)); });
  if (!tokens_->ready())
    return answer.refuse(
      on->rendered(problem{ec::store_unavailable, "the signing keys were not read yet"}));
  bool known = !asked.header_value("Authorization").empty();
  if (known && !on->who.scopes.has(auth::scope::messages_read))
    return answer.refuse(
      on->rendered(problem{ec::insufficient_scope, "the scope messages:read is required"}));
  if (!known) return sockets_->accept(asked, answer, std::nullopt);
  auto shared = std::make_shared<http::request>(std::move(asked));
  deleted_->check(on->who, [self = shared_from_this(), on, shared, answer](result<void> alive) {
    if (!alive) return answer.refuse(on->rendered(alive.error()));
    self->sockets_->accept(*shared, answer, on->who);
  });
}

http::response door::on_protocol_error(int status, std::string_view detail) {
  static constexpr std::pair<int, ec> known[] = {
    {400, ec::malformed_request}, {408, ec::request_timeout}, {413, ec::body_too_large},
    {431, ec::headers_too_large}, {500, ec::internal},        {503, ec::overloaded}};
  for (auto [each, code] : known)
    if (each == status) return rest::call{{}}.rendered(problem{code, std::string{detail}});
  http::response out;
  out.status = status;
  out.content_type = "application/problem+json";
  out.body =
    shapes::problem_body(status, status == 426 ? "upgrade_required" : "version_not_supported",
                         "The protocol version is not supported", detail,
                         observe::trace_context::start().trace_id_text());
  return out;
}

/// What the limits leave a client.
std::function<rest::allowances(const client_id&)>
look_at(std::shared_ptr<const admission::rates> paces,
        std::shared_ptr<const admission::quota_desk> quotas) {
  return [paces = std::move(paces), quotas = std::move(quotas)](const client_id& client) {
    rest::allowances out{paces->look(client, clock::boot_time()), std::nullopt};
    if (quotas) out.daily = quotas->look(client);
    return out;
  };
}

class whole_gateway final : public gateway {
public:
  whole_gateway(gateway_config config, services below, const gateway_environment& around);
  ~whole_gateway() override { stop(); }

  std::shared_ptr<http::handler> handler() override { return door_; }
  bool ready() const override { return tokens_->ready(); }
  std::size_t sessions() const override { return sockets_->sessions(); }
  void stop() override;

private:
  actor::child_spec keyring_child(keyring_needs needs) const;

  std::shared_ptr<auth::authority> tokens_;
  std::shared_ptr<keyring_line> keys_ = std::make_shared<keyring_line>();
  std::shared_ptr<admission::admission> admission_;
  std::shared_ptr<admission::quota_desk> quotas_; ///< none while no client has a quota
  std::shared_ptr<realtime::realtime> sockets_;
  std::shared_ptr<door> door_;
  actor::supervisor_actor supervisor_;
};

whole_gateway::whole_gateway(gateway_config config, services below,
                             const gateway_environment& around)
  : tokens_(std::make_shared<auth::authority>(auth::authority_config{
      {config.issuer, config.audience}, config.token_lifetime, config.token_cache_max})) {
  auto refresh = [keys = keys_] { keys->ask(); };
  auto paces = std::make_shared<admission::rates>(config.rates);
  if (config.rates.daily())
    below.commands = quotas_ = admission::make_quota_desk(
      config.rates, below.quotas, below.commands, around.now, around.metrics);
  admission_ = admission::make_admission(config.admission, paces, below.commands, around.metrics);
  below.commands = admission_;
  around.health.declare("signing-keys", observe::probe::ready | observe::probe::started);
  auto deleted = std::make_shared<auth::tombstones>(below.directory, around.now);
  sockets_ =
    realtime::make_realtime(around.system, config, below, tokens_, deleted, around.now, refresh);
  keyring_needs needs{below.clients, tokens_, around.now, around.health};
  door_ = std::make_shared<door>(config, std::move(below), around, tokens_, std::move(deleted),
                                 sockets_, look_at(std::move(paces), quotas_), refresh);
  actor::supervisor_config rules;
  rules.name = "gateway";
  std::vector<actor::child_spec> children{keyring_child(std::move(needs)),
                                          admission_->sweeper_child(), sockets_->hub_child()};
  if (quotas_) children.push_back(admission::quota_sweeper_child(quotas_));
  supervisor_ = actor::supervise(around.system, std::move(rules), std::move(children));
}

actor::child_spec whole_gateway::keyring_child(keyring_needs needs) const {
  auto start = [line = keys_, needs = std::move(needs)](caf::actor_system& system) {
    auto keyring = spawn_keyring(system, needs);
    line->connect(keyring);
    return caf::actor_cast<caf::actor>(keyring);
  };
  return {"keyring", std::move(start)};
}

void whole_gateway::stop() {
  door_->close();
  sockets_->stop();
  admission_->stop();
  if (quotas_) quotas_->stop();
  keys_->cut();
  if (supervisor_) caf::anon_send_exit(supervisor_, caf::exit_reason::user_shutdown);
  supervisor_ = nullptr;
}

} // namespace

std::unique_ptr<gateway> make_gateway(gateway_config config, services below,
                                      gateway_environment environment) {
  return std::make_unique<whole_gateway>(std::move(config), std::move(below), environment);
}

} // namespace recado
