#include "gateway/rest/commands.hpp"

#include "gateway/rest/api.hpp"
#include "gateway/rest/rates.hpp"
#include "gateway/rest/routes.hpp"
#include "gateway/shapes/problem_body.hpp"

namespace recado::rest {

api::api(const gateway_config& config, services below, auth::authority& tokens,
         api_environment around)
  : config_(config),
    below_(std::move(below)),
    tokens_(tokens),
    around_(std::move(around)),
    kept_(below_.idempotency) {}

void api::run(const call_ptr& on) {
  if (on->where->run) return (this->*on->where->run)(on);
  auto wrong = complaints_about(*on);
  if (!refused(on, wrong)) on->fail(problem{ec::not_available_yet});
}

/// Called when a message has been counted.
void api::tell_rate(call& on) const {
  auto left = around_.allowance(on.who.client);
  on.also = rate_headers(left);
  if (left.burst) on.retry_after = rest::retry_after(*left.burst);
  if (left.daily && left.daily->used_up()) on.day_over_in = left.daily->resets;
}

void api::submit(const call_ptr& on, command what, std::function<void(const reply&)> when_ok) {
  auto acting = what.acting;
  bool counted = std::holds_alternative<send_message>(what.body);
  below_.commands->submit(std::move(what), uuid{},
                          [this, on, acting, counted, when_ok = std::move(when_ok)](reply said) {
                            if (counted) tell_rate(*on);
                            if (said.ok()) return when_ok(said);
                            auto refusal = on->rendered(shapes::problem_of(said, acting));
                            if (said.replayed)
                              refusal.headers.push_back({"Idempotency-Replayed", "true"});
                            on->reply_with(std::move(refusal));
                          });
}

command api::make_command(const call& on, const conversation_id& conversation,
                          command_body body) const {
  command out;
  out.id = command_id::make();
  out.id_made = true;
  out.client = on.who.client;
  out.conversation = conversation;
  out.acting = on.who.user;
  out.received_at = around_.now();
  out.trace = on.trace.traceparent();
  out.body = std::move(body);
  return out;
}

result<user_id> speaker_of(const auth::principal& who, const std::optional<user_id>& named) {
  if (!who.is_user()) return named.value_or(user_id{});
  if (!named || *named == who.user) return who.user;
  return fail(ec::forbidden_sender);
}

std::optional<user_id> speaker(const call_ptr& on, const std::optional<user_id>& named) {
  auto out = speaker_of(on->who, named);
  if (out) return std::move(*out);
  on->fail(out.error());
  return std::nullopt;
}

bool refused(const call_ptr& on, const json::complaints& about) {
  if (!about.any()) return false;
  on->fail(about.as_problem());
  return true;
}

json::complaints complaints_about(const call& on) {
  json::complaints out;
  out.add(on.body.flaws);
  return out;
}

} // namespace recado::rest
