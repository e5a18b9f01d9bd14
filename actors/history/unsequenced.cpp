#include "actors/history/unsequenced.hpp"

#include "schemas/wire.hpp"

namespace recado::history {
namespace {

constexpr std::string_view waiting_sql = R"(
select envelope, part from inbox where client_id = $1 and message_id = $2
order by received_at, id limit 1)";

constexpr std::string_view dead_sql = R"(
select envelope, conversation_id, at, code, part from dead_letter
where client_id = $1 and message_id = $2 order by at desc, id limit 1)";

unsequenced said_by(command&& what, send_message&& said) {
  unsequenced out;
  auto& view = out.message.view;
  view.id = said.message;
  view.conversation = what.conversation;
  view.from = std::move(said.from);
  view.payload = std::move(said.payload);
  view.metadata = std::move(said.metadata);
  view.priority = what.priority;
  view.created_at = what.received_at;
  view.expires_at = said.expires_at;
  out.message.state = status::queued;
  out.at = what.received_at;
  out.members_to_be = std::move(said.implicit_members);
  out.traceparent = std::move(what.trace);
  return out;
}

/// Why not, if the envelope is none of a message.
result<unsequenced> read(std::string_view envelope) {
  auto what = decode_command(envelope);
  if (!what) return failure{std::move(what.error())};
  auto* said = std::get_if<send_message>(&what->body);
  if (!said) return fail(ec::internal, "the envelope holds another command");
  return said_by(std::move(*what), std::move(*said));
}

} // namespace

store::statement waiting(const client_id& client, const message_id& id) {
  return {"history_waiting", waiting_sql, store::params{}.add_uuid(client).add_uuid(id)};
}

store::statement dead(const client_id& client, const message_id& id) {
  return {"history_dead", dead_sql, store::params{}.add_uuid(client).add_uuid(id)};
}

unsequenced waiting_of(const store::rows& rows) {
  auto out = read(rows.get_bytes(0, 0));
  if (!out) throw store::bad_value("inbox.envelope: " + out.error().detail);
  out->part = rows.get_int(0, 1);
  return std::move(*out);
}

unsequenced dead_of(const message_id& id, const store::rows& rows) {
  auto read_or_not = read(rows.get_bytes(0, 0));
  unsequenced out;
  if (read_or_not) {
    out = std::move(*read_or_not);
  } else {
    out.message.view.id = id;
    out.message.view.conversation = conversation_id{rows.get_uuid(0, 1)};
    out.message.view.payload = out.message.view.metadata = "{}";
    out.message.view.created_at = rows.get_time(0, 2);
  }
  out.at = rows.get_time(0, 2);
  out.message.state = status::dead;
  out.message.failure = rows.get_text(0, 3);
  out.part = rows.get_int(0, 4);
  return out;
}

} // namespace recado::history
