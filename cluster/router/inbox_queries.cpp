#include "cluster/router/inbox_queries.hpp"

#include "schemas/wire.hpp"

namespace recado::cluster {

namespace {

// A message_id that was used before is not stored again: `known` is its committed row, `waiting`
// its first row in an inbox (both in one snapshot: it is in one of the two), `first` the item of
// this very statement that has it. The rows of a full inbox are counted to its limit only. ORDER BY
// n gives the ids in our order.
constexpr std::string_view insert_sql = R"(
with wanted as (
  select * from unnest($1::int2[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int2[],
                       $6::timestamptz[], $7::bytea[])
           with ordinality as w(part, command_id, client_id, message_id, lane, received_at,
                                envelope, n)),
known as materialized (
  select w.n, m.* from wanted w join message m using (client_id, message_id)),
waiting as materialized (
  select distinct on (w.n) w.n, i.envelope
  from wanted w join inbox i using (client_id, message_id) order by w.n, i.received_at, i.id),
fresh as (
  select w.* from wanted w
  where not exists (select from known k where k.n = w.n)
    and not exists (select from waiting i where i.n = w.n)
    and not exists (select from wanted o where o.client_id = w.client_id
                      and o.message_id = w.message_id and o.n < w.n)),
held as materialized (
  select p.part, (select count(*) from (select 1 from inbox i where i.part = p.part limit $8) few)
                   as rows
  from (select distinct part from fresh) p),
numbered as (
  select w.*, h.rows + row_number() over (partition by w.part order by w.n) <= $8 as fits
  from fresh w join held h using (part)),
stored as (
  insert into inbox (part, command_id, client_id, message_id, lane, received_at, envelope)
  select part, command_id, client_id, message_id, lane, received_at, envelope
  from numbered where fits order by n
  on conflict (part, command_id) do nothing)
select f.fits, i.envelope, k.conversation_id, k.command_id, k.request_hash, k.seq, k.created_at,
       k.failure, who.users, who.total, outside.users, outside.channels, outside.addresses,
       outside.failed, outside.total
from wanted w
left join numbered f using (n)
left join waiting i using (n)
left join known k using (n)
left join lateral (
  select (array_agg(r.user_id order by r.user_id))[1:$9] as users, count(*) as total
  from member r
  where r.client_id = k.client_id and r.conversation_id = k.conversation_id
    and r.user_id <> k.from_user and r.joined_seq < k.seq
    and (r.left_seq is null or r.left_seq >= k.seq)
    and (k.in_app = 1 or (k.in_app = 2 and not exists (
      select from delivery o where o.message_id = k.message_id and o.client_id = k.client_id
        and o.recipient = r.user_id)))) who on true
left join lateral (
  select (array_agg(d.recipient order by d.delivery_id))[1:$9] as users,
         (array_agg(d.channel order by d.delivery_id))[1:$9] as channels,
         (array_agg(case when d.recipient = '' then d.address else '' end
                    order by d.delivery_id))[1:$9] as addresses,
         (array_agg(case when d.attempts = 0 and d.state = 7 then 1 else 0 end::int8
                    order by d.delivery_id))[1:$9] as failed,
         count(*) as total
  from delivery d
  where k.deliveries > 0 and d.client_id = k.client_id and d.message_id = k.message_id)
  outside on true
order by w.n)";

enum column : std::size_t {
  fits,
  envelope,
  conversation,
  command_of_it,
  hash,
  seq,
  created_at,
  failure,
  recipients,
  recipients_total,
  outside_users,
  outside_channels,
  outside_addresses,
  outside_failed,
  outside_total
};

/// Nobody waits for a stored command any more, its sender gets the message as an event like
/// everybody, and the inbox is decided in the order of its ids.
std::string envelope_of(const command& what) {
  auto bare = what;
  bare.reply_to.clear();
  bare.origin = {};
  bare.after.reset();
  return encode(bare);
}

const send_message& sent_by(const command& what) {
  return std::get<send_message>(what.body);
}

reply mismatch(const command& what) {
  return refuse(what.id, ec::idempotency_mismatch, "the message_id was used for another message",
                "/message_id");
}

bool same_request(const command& what, const conversation_id& where, std::string_view hash) {
  const auto& own = sent_by(what).hash;
  return where == what.conversation &&
         hash == std::string_view{reinterpret_cast<const char*>(own.data()), own.size()};
}

/// The message waits; with the command's own id an earlier try of this very statement put it there.
std::optional<reply> answer_of_waiting(const command& what, const command& there) {
  if (there.id == what.id) return std::nullopt;
  const auto& hash_there = sent_by(there).hash;
  bool same = there.conversation == what.conversation && hash_there == sent_by(what).hash;
  if (!same) return mismatch(what);
  reply out;
  out.command = what.id;
  out.stored = out.replayed = true;
  out.conversation = what.conversation;
  out.message = sent_by(what).message;
  out.at = there.received_at;
  return out;
}

/// As the owner said them first: of those that have failed at once, and of all others as queued.
void add_deliveries(reply& to, const store::rows& found, std::size_t i) {
  to.deliveries_total = static_cast<std::int32_t>(found.get_int(i, outside_total));
  if (to.deliveries_total == 0) return;
  auto users = found.get_texts(i, outside_users), channels = found.get_texts(i, outside_channels),
       addresses = found.get_texts(i, outside_addresses);
  auto failed = found.get_ints(i, outside_failed);
  for (std::size_t n = 0; n < users.size(); ++n)
    if (to.recipients.size() + to.deliveries.size() < reply_recipients)
      to.deliveries.push_back({user_id{std::string{users[n]}}, std::string{channels[n]},
                               std::string{addresses[n]},
                               failed[n] != 0 ? status::failed : status::queued});
}

/// The message was decided: what its owner said.
reply answer_of_known(const command& what, const store::rows& found, std::size_t i) {
  if (!same_request(what, conversation_id{found.get_uuid(i, conversation)},
                    found.get_bytes(i, hash)))
    return mismatch(what);
  reply out;
  if (auto code = found.maybe_text(i, failure)) {
    out = refuse(what.id, ec_of(*code));
  } else {
    out.command = what.id;
    out.message = sent_by(what).message;
    out.seq = found.get_int(i, seq);
    out.at = found.get_time(i, created_at);
    out.recipients_total = static_cast<std::int32_t>(found.get_int(i, recipients_total));
    if (out.recipients_total > 0)
      for (auto user : found.get_texts(i, recipients))
        out.recipients.push_back(user_id{std::string{user}});
    add_deliveries(out, found, i);
  }
  out.conversation = what.conversation;
  out.replayed = found.get_uuid(i, command_of_it) != what.id.value;
  return out;
}

/// The item before `i` that has the same message_id and so was stored in its place.
std::size_t first_with(std::span<const inbox_item> items, std::size_t i) {
  const auto& what = *items[i].what;
  for (std::size_t at = 0; at < i; ++at)
    if (items[at].what->client == what.client &&
        sent_by(*items[at].what).message == sent_by(what).message)
      return at;
  throw store::bad_value("inbox_insert: a command is neither fresh nor known");
}

} // namespace

std::vector<inbox_answer> inbox_answers(std::span<const inbox_item> items,
                                        const store::rows& found) {
  std::vector<inbox_answer> out;
  out.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& what = *items[i].what;
    if (!found.is_null(i, conversation)) {
      out.emplace_back(answer_of_known(what, found, i));
    } else if (auto bytes = found.maybe_bytes(i, envelope)) {
      auto there = decode_command(*bytes);
      if (there && std::holds_alternative<send_message>(there->body))
        out.emplace_back(answer_of_waiting(what, *there));
      else
        out.emplace_back(fail(ec::internal, "the inbox holds bytes that are no message"));
    } else if (auto has_room = found.maybe_bool(i, fits)) {
      out.push_back(*has_room ? inbox_answer{} : inbox_answer{fail(ec::overloaded)});
    } else if (auto first = first_with(items, i); out[first]) {
      out.emplace_back(answer_of_waiting(what, *items[first].what));
    } else {
      out.push_back(out[first]);
    }
  }
  return out;
}

std::vector<store::statement> insert_into_inbox(std::span<const inbox_item> items,
                                                std::int64_t rows_max) {
  store::int2_array parts, lanes;
  store::uuid_array commands, clients, messages;
  store::time_array received;
  store::bytea_array envelopes;
  for (const auto& item : items) {
    const auto& what = *item.what;
    parts.push(static_cast<std::int16_t>(item.part));
    commands.push(what.id);
    clients.push(what.client);
    messages.push(std::get<send_message>(what.body).message);
    lanes.push(static_cast<std::int16_t>(what.priority));
    received.push(what.received_at);
    auto bytes = envelope_of(what);
    envelopes.push(store::bytea{bytes});
  }
  store::params values;
  values.add_array(parts).add_array(commands).add_array(clients).add_array(messages);
  values.add_array(lanes).add_array(received).add_array(envelopes).add_int8(rows_max);
  values.add_int4(static_cast<std::int32_t>(reply_recipients));
  // Planned anew for as many items as there are: it joins them with each other, and a plan for few
  // takes the square of many.
  store::statement plan{"inbox_plan", "select set_config('enable_hashjoin', 'on', true)", {}};
  store::statement insert{{}, insert_sql, std::move(values)};
  return {std::move(plan), std::move(insert)};
}

} // namespace recado::cluster
