/// How a connector carries out what its core decides.
#include "channels/connector/connector_state.hpp"
#include "runtime/observe/log.hpp"

namespace recado::channels {
namespace {

std::string_view to_text(outcome_class what) {
  switch (what) {
  case outcome_class::sent:
    return "sent";
  case outcome_class::retry:
    return "retry";
  case outcome_class::retry_after:
    return "retry_after";
  case outcome_class::permanent_recipient:
    return "permanent_recipient";
  case outcome_class::permanent_message:
    return "permanent_message";
  case outcome_class::config:
    return "config";
  case outcome_class::unknown:
    break;
  }
  return "unknown";
}

} // namespace

void connector_state::run(connector_core::actions actions) {
  for (const auto& each : actions)
    std::visit([this](const auto& one) { carry_out(one); }, each);
  note_breaker();
  arm_timer();
  let_go();
}

void connector_state::carry_out(const connector_core::begin& asked) {
  connector_actor me{self};
  ports->ledger.begin(asked.what, asked.attempt, [me, ticket = asked.ticket](bool granted) {
    caf::anon_send(me, try_begun{ticket, granted});
  });
}

result<transport_request> connector_state::request_for(const open_delivery& what) const {
  if (!account) return fail(ec::internal, "the account is unusable");
  if (what.payload.size() > speaks->can().payload_bytes_max)
    return fail(ec::invalid_request, "the message is too long for this channel");
  return speaks->send_text(what, *account, ports->now());
}

void connector_state::carry_out(const connector_core::send& asked) {
  auto request = request_for(*asked.what);
  if (!request) {
    verdict said;
    said.what = account ? outcome_class::permanent_message : outcome_class::config;
    said.detail = request.error().detail;
    return run(core->answered(asked.ticket, said, now()));
  }
  tries[asked.ticket] = {self->clock().now(), speaks->own_id(*asked.what, *account)};
  connector_actor me{self};
  ports->carry(std::move(*request), [me, ticket = asked.ticket](transport_answer answer) {
    caf::anon_send(me, try_answered{ticket, std::move(answer)});
  });
}

void connector_state::on_answered(const try_answered& came) {
  auto tried = tries.extract(came.ticket);
  if (tried.empty()) return;
  auto said = speaks->parse_response(came.answer, ports->now());
  if (said.provider_id.empty()) said.provider_id = tried.mapped().own_id;
  if (ports->meter.attempt)
    ports->meter.attempt(key, said.what, self->clock().now() - tried.mapped().since);
  if (said.what == outcome_class::config)
    observe::log_error("account-refused", "{}/{}: {} {}", key.channel, key.account,
                       said.provider_code, said.detail);
  else if (said.what != outcome_class::sent)
    observe::log_debug("try-failed", "{}/{}: {}, {} {}", key.channel, key.account,
                       to_text(said.what), said.provider_code, said.detail);
  run(core->answered(came.ticket, said, now()));
}

void connector_state::carry_out(const connector_core::settle& asked) {
  connector_actor me{self};
  ports->ledger.settle(asked.what, asked.outcome, [me, ticket = asked.ticket](bool kept) {
    caf::anon_send(me, try_settled{ticket, kept});
  });
}

void connector_state::carry_out(const connector_core::expire& asked) const {
  if (ports->ledger.expire) ports->ledger.expire(asked.what);
}

void connector_state::carry_out(const connector_core::load_more&) const {
  ports->ledger.more(key);
}

// ---------------------------------------------------------------- timer and meter

/// One timer that counts; a delayed message cannot be taken back, so an older one is ignored.
void connector_state::arm_timer() {
  auto at = core->wake_at(now());
  if (!at || (armed && *armed <= *at)) return;
  armed = at;
  auto wait = std::max(*at - self->clock().now(), caf::timespan{0});
  self->delayed_send(self, wait, connector_woke{++timer});
}

void connector_state::on_timer(std::uint64_t which) {
  if (which != timer) return;
  armed.reset();
  if (core) run(core->woke(now()));
}

void connector_state::note_breaker() {
  auto state = core->breaker(now());
  if (state == breaker || !account) return;
  breaker = state;
  observe::log_warn("breaker-moved", "{}/{}: {}", key.channel, key.account,
                    policy::to_string(state));
  if (ports->meter.breaker) ports->meter.breaker(key, state);
}

} // namespace recado::channels
