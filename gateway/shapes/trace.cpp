#include "gateway/shapes/answers.hpp"

#include <cmath>

namespace recado::shapes {
namespace {

/// Milliseconds with at most three decimals.
void append_wait(json::writer& to, std::string_view name, const std::optional<double>& ms) {
  to.key(name);
  if (!ms) return void(to.null());
  auto us = std::llround(*ms * 1'000);
  auto decimals = std::to_string(1'000 + us % 1'000).substr(1);
  to.raw(std::to_string(us / 1'000) + '.' + decimals);
}

void append_attempt(json::writer& to, const trace_record::attempt& what) {
  to.begin_object()
    .field("attempt", what.number)
    .field("at", what.at)
    .field("status", to_string(what.state))
    .field("provider_code", what.provider_code)
    .field("next_at", what.next_at)
    .end_object();
}

void append_deliveries(json::writer& to, const trace_record& what) {
  to.key("deliveries").begin_array();
  for (const auto& each : what.deliveries) {
    to.begin_object().field("delivery_id", each.id).key("attempts").begin_array();
    for (const auto& one : each.attempts)
      append_attempt(to, one);
    to.end_array().end_object();
  }
  to.end_array();
}

} // namespace

std::string trace_body(const trace_record& what) {
  std::string out;
  json::writer to{out};
  to.begin_object().field("message_id", what.message).key("trace_id");
  what.trace_id.empty() ? to.null() : to.put(what.trace_id);
  to.field("conversation_id", what.conversation)
    .field("partition", what.partition)
    .field("epoch", what.epoch)
    .field("node", what.node)
    .key("seq");
  what.seq > 0 ? to.put(what.seq) : to.null();
  to.key("path");
  what.came_by ? to.put(to_string(*what.came_by)) : to.null();
  to.field("received_at", what.received_at)
    .field("sequenced_at", what.sequenced_at)
    .field("committed_at", what.committed_at)
    .key("waits_ms")
    .begin_object();
  append_wait(to, "wire", what.wire_ms);
  append_wait(to, "mailbox", what.mailbox_ms);
  append_wait(to, "commit", what.commit_ms);
  to.end_object();
  append_deliveries(to, what);
  to.end_object();
  return out;
}

} // namespace recado::shapes
