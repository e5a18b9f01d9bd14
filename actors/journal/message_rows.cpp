#include "actors/journal/message_rows.hpp"

#include "actors/journal/rows.hpp"

#include <algorithm>

namespace recado::journal {

using store::params;
using store::statement;

namespace {

/// The trace-id of a traceparent: version(2) - trace-id(32) - …
std::string_view trace_id_of(std::string_view traceparent) {
  return traceparent.size() >= 35 ? traceparent.substr(3, 32) : std::string_view{};
}

} // namespace

void message_rows::add(const effects& from, const message_row& row, epoch held, wall_time now) {
  const auto& view = row.view;
  const auto& cause = *row.cause;
  const auto& send = std::get<send_message>(cause.what.body);
  clients.push(from.key.client);
  conversations.push(from.key.conversation);
  seqs.push(view.seq > 0 ? std::optional{view.seq} : std::nullopt);
  ids.push(view.id);
  commands.push(cause.what.id);
  from_users.push(std::string_view{view.from.value});
  payloads.push(std::string_view{view.payload});
  metadata.push(std::string_view{view.metadata});
  priorities.push(small(view.priority));
  created_ats.push(view.created_at);
  expires_ats.push(view.expires_at);
  hashes.push(hash_bytes(send.hash));
  failures.push(row.failure.empty() ? std::nullopt : std::optional<std::string_view>{row.failure});
  parts.push(small(from.part));
  epochs.push(held);
  paths.push(small(cause.came_by));
  traces.push(trace_id_of(cause.what.trace));
  received_ats.push(cause.what.received_at);
  sequenced_ats.push(cause.sequenced_at);
  wire_us.push(cause.wire_us);
  auto waited = (now - cause.sequenced_at).count();
  mailbox_us.push(static_cast<std::int32_t>(std::clamp<std::int64_t>(waited, 0, INT32_MAX)));
  inside.push(small(row.inside));
  deliveries.push(row.deliveries);
}

statement message_rows::insert(std::string_view node) const {
  return write(
    "commit_message",
    "insert into message (client_id, conversation_id, seq, message_id, command_id, from_user, "
    "payload, metadata, priority, created_at, expires_at, request_hash, failure, part, epoch, "
    "path, trace_id, received_at, sequenced_at, wire_us, mailbox_us, in_app, deliveries, node) "
    "select unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::int8[]), unnest($4::uuid[]), "
    "unnest($5::uuid[]), unnest($6::text[]), unnest($7::text[]), unnest($8::text[]), "
    "unnest($9::int2[]), unnest($10::timestamptz[]), unnest($11::timestamptz[]), "
    "unnest($12::bytea[]), unnest($13::text[]), unnest($14::int2[]), unnest($15::int8[]), "
    "unnest($16::int2[]), unnest($17::text[]), unnest($18::timestamptz[]), "
    "unnest($19::timestamptz[]), unnest($20::int4[]), unnest($21::int4[]), unnest($22::int2[]), "
    "unnest($23::int4[]), $24",
    params{}
      .add_array(clients)
      .add_array(conversations)
      .add_array(seqs)
      .add_array(ids)
      .add_array(commands)
      .add_array(from_users)
      .add_array(payloads)
      .add_array(metadata)
      .add_array(priorities)
      .add_array(created_ats)
      .add_array(expires_ats)
      .add_array(hashes)
      .add_array(failures)
      .add_array(parts)
      .add_array(epochs)
      .add_array(paths)
      .add_array(traces)
      .add_array(received_ats)
      .add_array(sequenced_ats)
      .add_array(wire_us)
      .add_array(mailbox_us)
      .add_array(inside)
      .add_array(deliveries)
      .add_text(node));
}

} // namespace recado::journal
