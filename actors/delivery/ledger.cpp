#include "actors/delivery/ledger.hpp"

#include <caf/send.hpp>
#include <fmt/format.h>

#include "actors/delivery/clean_text.hpp"

namespace recado {
namespace {

constexpr std::size_t id_bytes_max = 200, code_bytes_max = 64, detail_bytes_max = 500;

/// The same step of the same try under the same owner is the same command.
std::string phase_of(std::string_view what, std::int32_t attempt, epoch owned) {
  return fmt::format("{}/{}/{}", what, attempt, owned);
}

attempt_end end_of(const attempt_outcome& end) {
  if (end.what == outcome_class::sent) return attempt_end::sent;
  if (end.exhausted) return attempt_end::dead;
  return end.next_at ? attempt_end::retrying : attempt_end::failed;
}

} // namespace

delivery_ledger ledger::calls() {
  delivery_ledger out;
  out.begin = [me = shared_from_this()](const open_delivery_ptr& what, std::int32_t attempt,
                                        std::function<void(bool)> done) {
    me->begin(what, attempt, std::move(done));
  };
  out.settle = [me = shared_from_this()](const open_delivery_ptr& what, const attempt_outcome& end,
                                         std::function<void(bool)> done) {
    me->settle(what, end, std::move(done));
  };
  out.expire = [me = shared_from_this()](const open_delivery_ptr& what) { me->expire(what); };
  return out;
}

void ledger::begin(const open_delivery_ptr& what, std::int32_t attempt,
                   std::function<void(bool)> done) {
  begin_attempt body{what->message, delivery_id{what->id}, attempt, what->owned};
  ++under_way_;
  submit(*what, phase_of("begin", attempt, what->owned), body,
         [me = shared_from_this(), done = std::move(done)](bool yes) {
           if (!yes) --me->under_way_;
           done(yes);
         });
}

void ledger::settle(const open_delivery_ptr& what, const attempt_outcome& end,
                    std::function<void(bool)> done) {
  settle_attempt body;
  body.message = what->message;
  body.delivery = delivery_id{what->id};
  body.attempt = end.attempt;
  body.owned = what->owned;
  body.end = end_of(end);
  body.unknown = end.what == outcome_class::unknown;
  body.next_at = end.next_at.value_or(wall_time{});
  body.provider_id = clean_text(end.provider_id, id_bytes_max);
  body.provider_code = clean_text(end.provider_code, code_bytes_max);
  body.detail = clean_text(end.detail, detail_bytes_max);
  if (body.unknown) ++unknown_;
  bool begun_here = !(what->unknown && end.attempt == what->attempts);
  submit(*what, phase_of("settle", end.attempt, what->owned), std::move(body),
         [me = shared_from_this(), begun_here, done = std::move(done)](bool yes) {
           if (begun_here) --me->under_way_;
           done(yes);
         });
}

void ledger::expire(const open_delivery_ptr& what) {
  submit(*what, "expire", expire_delivery{what->message, delivery_id{what->id}}, [](bool) {});
}

/// To the owner on this node, in memory; false if it is not here.
void ledger::submit(const open_delivery& what, const std::string& phase, command_body body,
                    std::function<void(bool)> done) {
  auto waits = std::make_shared<local_wait>(std::move(done)); // told false when it is dropped
  auto owner = owners_->find(what.part);
  if (!owner) return;
  auto out = std::make_shared<command>();
  out->id = command_id{uuid::v5(what.id, phase)};
  out->client = what.over.client;
  out->conversation = what.conversation;
  out->priority = what.priority;
  out->received_at = now_();
  out->body = std::move(body);
  caf::anon_send(owner->owner, own_command{what.owned, std::move(out), std::move(waits)});
}

} // namespace recado
