#include "actors/journal/commit.hpp"

#include "actors/journal/delivery_rows.hpp"
#include "actors/journal/suspects.hpp"
#include "runtime/fault/fault.hpp"
#include "schemas/wire.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace recado::journal {
namespace {

using store::expect;
using store::params;
using store::statement;

statement write(std::string_view name, std::string_view sql, params values) {
  return {name, sql, std::move(values), expect::none};
}

std::string_view bytes(const request_hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::int16_t small(auto value) {
  return static_cast<std::int16_t>(value);
}

// --- conversations and members -----------------------------------------------------------------

struct conversation_rows {
  store::uuid_array clients, ids;
  store::int2_array parts, types;
  store::text_array titles, metadata;
  store::int8_array last_seqs, revs;
  store::time_array last_ats, created_ats;
  store::bytea_array hashes;

  void add(const effects& from) {
    const auto& head = from.head;
    clients.push(head.key.client);
    ids.push(head.key.conversation);
    parts.push(small(from.part));
    types.push(small(head.type));
    titles.push(head.title ? std::optional<std::string_view>{*head.title} : std::nullopt);
    metadata.push(std::string_view{head.metadata});
    last_seqs.push(head.last_seq);
    revs.push(head.rev);
    last_ats.push(head.last_at);
    created_ats.push(head.created_at);
    hashes.push(store::bytea{bytes(head.hash)});
  }

  statement insert() const {
    return write(
      "commit_conversation_new",
      "insert into conversation (client_id, conversation_id, part, type, title, metadata, "
      "last_seq, rev, last_at, created_at, request_hash) "
      "select * from unnest($1::uuid[], $2::uuid[], $3::int2[], $4::int2[], $5::text[], "
      "$6::text[], $7::int8[], $8::int8[], $9::timestamptz[], $10::timestamptz[], $11::bytea[])",
      params{}
        .add_array(clients)
        .add_array(ids)
        .add_array(parts)
        .add_array(types)
        .add_array(titles)
        .add_array(metadata)
        .add_array(last_seqs)
        .add_array(revs)
        .add_array(last_ats)
        .add_array(created_ats)
        .add_array(hashes));
  }
  statement update() const {
    return write(
      "commit_conversation",
      "update conversation c set last_seq = k.last_seq, rev = k.rev, last_at = k.last_at "
      "from unnest($1::uuid[], $2::uuid[], $3::int8[], $4::int8[], $5::timestamptz[]) "
      "k(client_id, conversation_id, last_seq, rev, last_at) "
      "where c.client_id = k.client_id and c.conversation_id = k.conversation_id",
      params{}.add_array(clients).add_array(ids).add_array(last_seqs).add_array(revs).add_array(
        last_ats));
  }
};

struct member_rows {
  store::uuid_array clients, conversations;
  store::text_array users;
  store::int2_array roles;
  store::time_array joined_ats;
  store::int8_array joined_seqs, left_seqs, delivered, read, revs;

  void add(const effects& from, const member_row& row) {
    clients.push(from.key.client);
    conversations.push(from.key.conversation);
    users.push(std::string_view{row.user.value});
    roles.push(small(row.state.role));
    joined_ats.push(row.state.joined_at);
    joined_seqs.push(row.state.joined_seq);
    left_seqs.push(row.state.left_seq);
    delivered.push(row.state.delivered_seq);
    read.push(row.state.read_seq);
    revs.push(from.head.rev);
  }

  statement upsert() const {
    return write(
      "commit_member",
      "insert into member (client_id, conversation_id, user_id, role, joined_at, joined_seq, "
      "left_seq, delivered_seq, read_seq, rev) "
      "select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int2[], $5::timestamptz[], "
      "$6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[]) "
      "on conflict (client_id, conversation_id, user_id) do update set role = excluded.role, "
      "joined_at = excluded.joined_at, joined_seq = excluded.joined_seq, "
      "left_seq = excluded.left_seq, delivered_seq = excluded.delivered_seq, "
      "read_seq = excluded.read_seq, rev = excluded.rev",
      params{}
        .add_array(clients)
        .add_array(conversations)
        .add_array(users)
        .add_array(roles)
        .add_array(joined_ats)
        .add_array(joined_seqs)
        .add_array(left_seqs)
        .add_array(delivered)
        .add_array(read)
        .add_array(revs));
  }
};

struct receipt_rows {
  store::uuid_array clients, conversations;
  store::text_array users;
  store::int2_array kinds;
  store::int8_array from_seqs, up_to_seqs;
  store::time_array ats;

  void add(const effects& from, const receipt_row& row) {
    clients.push(from.key.client);
    conversations.push(from.key.conversation);
    users.push(std::string_view{row.user.value});
    kinds.push(small(row.kind));
    from_seqs.push(row.from_seq);
    up_to_seqs.push(row.up_to_seq);
    ats.push(row.at);
  }

  statement insert() const {
    return write(
      "commit_receipt",
      "insert into receipt (client_id, conversation_id, user_id, kind, from_seq, up_to_seq, at) "
      "select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int2[], $5::int8[], "
      "$6::int8[], $7::timestamptz[])",
      params{}
        .add_array(clients)
        .add_array(conversations)
        .add_array(users)
        .add_array(kinds)
        .add_array(from_seqs)
        .add_array(up_to_seqs)
        .add_array(ats));
  }
};

// --- messages ----------------------------------------------------------------------------------

/// The trace-id of a traceparent: version(2) - trace-id(32) - …
std::string_view trace_id_of(std::string_view traceparent) {
  return traceparent.size() >= 35 ? traceparent.substr(3, 32) : std::string_view{};
}

struct message_rows {
  store::uuid_array clients, conversations, ids, commands;
  store::int8_array seqs, epochs;
  store::text_array from_users, payloads, metadata, failures, traces;
  store::int2_array priorities, parts, paths;
  store::time_array created_ats, expires_ats, received_ats, sequenced_ats;
  store::bytea_array hashes;
  store::int4_array wire_us, mailbox_us, deliveries;
  store::int2_array inside;

  void add(const effects& from, const message_row& row, epoch held, wall_time now) {
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
    hashes.push(store::bytea{bytes(send.hash)});
    failures.push(row.failure.empty() ? std::nullopt
                                      : std::optional<std::string_view>{row.failure});
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

  statement insert(std::string_view node) const {
    return write(
      "commit_message",
      "insert into message (client_id, conversation_id, seq, message_id, command_id, from_user, "
      "payload, metadata, priority, created_at, expires_at, request_hash, failure, part, epoch, "
      "path, trace_id, received_at, sequenced_at, wire_us, mailbox_us, in_app, deliveries, node) "
      "select k.*, $24 from unnest($1::uuid[], $2::uuid[], $3::int8[], $4::uuid[], $5::uuid[], "
      "$6::text[], $7::text[], $8::text[], $9::int2[], $10::timestamptz[], $11::timestamptz[], "
      "$12::bytea[], $13::text[], $14::int2[], $15::int8[], $16::int2[], $17::text[], "
      "$18::timestamptz[], $19::timestamptz[], $20::int4[], $21::int4[], $22::int2[], "
      "$23::int4[]) k",
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
};

// --- the rest ----------------------------------------------------------------------------------

struct applied_rows {
  store::int2_array parts;
  store::uuid_array commands;
  store::bytea_array outcomes;

  void add(partition_id part, const answer& given) {
    parts.push(small(part));
    commands.push(given.to->what.id);
    auto encoded = encode(given.what);
    outcomes.push(store::bytea{encoded});
  }
  statement insert(wall_time now) const {
    return write("commit_applied",
                 "insert into applied (part, command_id, outcome, at) "
                 "select k.*, $4 from unnest($1::int2[], $2::uuid[], $3::bytea[]) k",
                 params{}.add_array(parts).add_array(commands).add_array(outcomes).add_time(now));
  }
};

/// client, minute, channel, status, partition
using usage_key = std::tuple<client_id, std::int64_t, std::string, status, partition_id>;

statement usage(const std::map<usage_key, std::int64_t>& counts) {
  store::uuid_array clients;
  store::time_array minutes;
  store::text_array channels;
  store::int2_array states, parts;
  store::int8_array values;
  for (const auto& [key, count] : counts) {
    const auto& [client, minute, channel, state, part] = key;
    clients.push(client);
    minutes.push(from_micros(minute));
    channels.push(std::string_view{channel});
    states.push(small(state));
    parts.push(small(part));
    values.push(count);
  }
  return write(
    "commit_usage",
    "insert into usage_minute as u (client_id, minute, channel, status, part, count) "
    "select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::int2[], $5::int2[], "
    "$6::int8[]) "
    "on conflict (client_id, minute, channel, status, part) do update "
    "set count = u.count + excluded.count",
    params{}
      .add_array(clients)
      .add_array(minutes)
      .add_array(channels)
      .add_array(states)
      .add_array(parts)
      .add_array(values));
}

/// Sorted: two writers that make the same users lock them in the same order.
statement bare_users(const std::set<std::pair<client_id, user_id>>& users, wall_time now) {
  store::uuid_array clients;
  store::text_array names;
  for (const auto& [client, user] : users) {
    clients.push(client);
    names.push(std::string_view{user.value});
  }
  return write("commit_bare_user",
               "insert into app_user (client_id, user_id, created_at, updated_at) "
               "select k.*, $3, $3 from unnest($1::uuid[], $2::text[]) k on conflict do nothing",
               params{}.add_array(clients).add_array(names).add_time(now));
}

statement delete_inbox(const std::vector<inbox_key>& keys) {
  store::int2_array parts;
  store::int8_array ids;
  for (const auto& key : keys) {
    parts.push(small(key.part));
    ids.push(key.id);
  }
  return write("commit_inbox",
               "delete from inbox i using unnest($1::int2[], $2::int8[]) k(part, id) "
               "where i.part = k.part and i.id = k.id",
               params{}.add_array(parts).add_array(ids));
}

statement cursors(const std::vector<cursor_row>& rows) {
  store::int2_array parts;
  std::array<store::int4_array, lanes> generations;
  std::array<store::int8_array, lanes> seqs;
  std::array<store::uuid_array, lanes> commands;
  for (const auto& row : rows) {
    parts.push(small(row.part));
    for (std::size_t i = 0; i < lanes; ++i) {
      generations[i].push(row.at[i].generation);
      seqs[i].push(row.at[i].seq);
      commands[i].push(row.at[i].command);
    }
  }
  params values;
  values.add_array(parts);
  for (std::size_t i = 0; i < lanes; ++i)
    values.add_array(generations[i]).add_array(seqs[i]).add_array(commands[i]);
  return write(
    "commit_cursor",
    "update partition p set express_generation = k.eg, express_seq = k.es, express_command = k.ec, "
    "standard_generation = k.sg, standard_seq = k.ss, standard_command = k.sc, "
    "bulk_generation = k.bg, bulk_seq = k.bs, bulk_command = k.bc "
    "from unnest($1::int2[], $2::int4[], $3::int8[], $4::uuid[], $5::int4[], $6::int8[], "
    "$7::uuid[], $8::int4[], $9::int8[], $10::uuid[]) k(id, eg, es, ec, sg, ss, sc, bg, bs, bc) "
    "where p.id = k.id",
    std::move(values));
}

/// Of a mutant: lets everybody pass.
statement open_fence() {
  return {"open_fence", "SELECT 1", {}, expect::none};
}

epoch epoch_of(const std::vector<store::held_epoch>& held, partition_id part) {
  auto found = std::ranges::find(held, part, &store::held_epoch::first);
  return found == held.end() ? 0 : found->second;
}

} // namespace

std::vector<statement> commit(const commit_request& request) {
  conversation_rows fresh, changed;
  member_rows members;
  message_rows messages;
  receipt_rows receipts;
  applied_rows applied;
  delivery_rows deliveries;
  std::map<usage_key, std::int64_t> counts;
  std::set<std::pair<client_id, user_id>> users;
  for (const auto* one : request.all) {
    auto held = epoch_of(request.held, one->part);
    // A conversation's first revision is 1: its row does not exist yet.
    if (one->changed) (one->head.rev == 1 ? fresh : changed).add(*one);
    for (const auto& row : one->members)
      members.add(*one, row);
    for (const auto& row : one->messages)
      messages.add(*one, row, held, request.now);
    for (const auto& row : one->receipts)
      receipts.add(*one, row);
    for (const auto& given : one->answers)
      if (given.remember) applied.add(one->part, given);
    for (const auto& row : one->usage)
      counts[{one->key.client, row.minute, row.channel, row.state, one->part}] += row.count;
    deliveries.add(*one);
    for (const auto& user : one->bare_users)
      users.emplace(one->key.client, user);
  }

  std::vector<statement> out{fault::mutant("no_fence") ? open_fence() : store::fence(request.held)};
  if (!fresh.ids.empty()) out.push_back(fresh.insert());
  if (!changed.ids.empty()) out.push_back(changed.update());
  if (!members.users.empty()) out.push_back(members.upsert());
  if (!messages.ids.empty()) out.push_back(messages.insert(request.node));
  if (!receipts.users.empty()) out.push_back(receipts.insert());
  deliveries.append_to(out);
  if (!applied.commands.empty()) out.push_back(applied.insert(request.now));
  if (!counts.empty()) out.push_back(usage(counts));
  if (!users.empty()) out.push_back(bare_users(users, request.now));
  if (!request.decided_inbox.empty()) out.push_back(delete_inbox(request.decided_inbox));
  if (!request.cursors.empty()) out.push_back(cursors(request.cursors));
  if (!request.cleared.empty()) append_cleared(request.cleared, out);
  if (!request.absolved.empty()) append_absolved(request.absolved, out);
  if (!request.relieved.empty()) append_forgotten(request.relieved, out);
  return out;
}

std::vector<statement> park(const store::held_epoch& held, const parked_command& what,
                            wall_time now) {
  const auto& cmd = what.item->what;
  const auto* send = std::get_if<send_message>(&cmd.body);
  auto envelope = what.envelope.empty() ? encode(cmd) : what.envelope;
  std::array one{held};
  std::vector<statement> out{store::fence(one)};
  out.push_back(
    write("park_command",
          "insert into dead_letter (id, part, client_id, conversation_id, message_id, command_id, "
          "code, detail, attempts, envelope, at) "
          "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
          params{}
            .add_uuid(uuid::v7())
            .add_int2(small(held.first))
            .add_uuid(cmd.client)
            .add_uuid(cmd.conversation)
            .add_uuid(send ? std::optional{send->message.value} : std::nullopt)
            .add_uuid(cmd.id)
            .add_text(what.code)
            .add_text(what.detail)
            .add_int4(what.attempts)
            .add_bytes(envelope)
            .add_time(now)));
  if (what.item->came_by == path::inbox)
    out.push_back(delete_inbox({{held.first, what.item->inbox_id}}));
  if (what.suspected) {
    append_cleared(std::array{suspect_key{held.first, cmd.id}}, out);
    append_absolved(std::array{held.first}, out);
  }
  return out;
}

statement purge_applied(wall_time older_than) {
  return write("purge_applied", "delete from applied where at < $1", params{}.add_time(older_than));
}

std::vector<statement> write_cursors(const store::held_epoch& held, const cursor_row& row) {
  std::array one{held};
  return {store::fence(one), cursors({row})};
}

} // namespace recado::journal
