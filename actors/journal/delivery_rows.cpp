#include "actors/journal/delivery_rows.hpp"

#include "actors/journal/rows.hpp"

namespace recado::journal {
namespace {

using store::expect;

} // namespace

void delivery_rows::made_and_changed::add(const effects& from, const delivery_state& row) {
  clients.push(from.key.client);
  messages.push(row.message);
  ids.push(row.id);
  states.push(small(row.now));
  reached.push(small(row.reached));
  attempts.push(row.attempts);
  lines.push(row.lines);
  first_tries.push(row.first_try_at);
  dues.push(row.due);
  epochs.push(row.owned);
  provider_ids.push(std::string_view{row.provider_id});
  codes.push(std::string_view{row.provider_code});
  details.push(std::string_view{row.detail});
  cancels.push(row.cancel_asked);
  updated_ats.push(row.updated_at);
  revs.push(from.head.rev);
}

store::params delivery_rows::made_and_changed::values() const {
  store::params out;
  out.add_array(clients).add_array(messages).add_array(ids).add_array(states).add_array(reached);
  out.add_array(attempts).add_array(lines).add_array(first_tries).add_array(dues);
  out.add_array(epochs).add_array(provider_ids).add_array(codes).add_array(details);
  out.add_array(cancels).add_array(updated_ats).add_array(revs);
  return out;
}

void delivery_rows::made_only::add(const effects& from, const delivery_state& row) {
  parts.push(small(from.part));
  conversations.push(from.key.conversation);
  seqs.push(row.seq);
  senders.push(std::string_view{row.sender.value});
  recipients.push(std::string_view{row.recipient.value});
  channels.push(std::string_view{row.channel});
  accounts.push(std::string_view{row.account});
  addresses.push(std::string_view{row.address});
  lanes.push(small(row.priority));
  once.push(row.at_most_once);
  expires_ats.push(row.expires_at);
  created_ats.push(row.created_at);
}

void delivery_rows::lines::add(const effects& from, const delivery_line& row) {
  clients.push(from.key.client);
  messages.push(row.message);
  ids.push(row.delivery);
  numbers.push(row.number);
  ats.push(row.at);
  states.push(small(row.state));
  attempts.push(row.attempt);
  codes.push(std::string_view{row.provider_code});
  details.push(std::string_view{row.detail});
  revs.push(from.head.rev);
}

void delivery_rows::add(const effects& from) {
  for (const auto& row : from.deliveries) {
    (row.fresh ? made_ : changed_).add(from, row.state);
    if (row.fresh) fresh_.add(from, row.state);
  }
  for (const auto& line : from.delivery_lines)
    lines_.add(from, line);
}

void delivery_rows::append_to(std::vector<store::statement>& out) const {
  if (!made_.ids.empty()) out.push_back(insert());
  if (!changed_.ids.empty()) out.push_back(update());
  if (!lines_.ids.empty()) out.push_back(insert_lines());
}

store::statement delivery_rows::insert() const {
  auto values = made_.values();
  values.add_array(fresh_.parts)
    .add_array(fresh_.conversations)
    .add_array(fresh_.seqs)
    .add_array(fresh_.senders)
    .add_array(fresh_.recipients)
    .add_array(fresh_.channels)
    .add_array(fresh_.accounts)
    .add_array(fresh_.addresses)
    .add_array(fresh_.lanes)
    .add_array(fresh_.once)
    .add_array(fresh_.expires_ats)
    .add_array(fresh_.created_ats);
  return {"commit_delivery_new",
          "insert into delivery (client_id, message_id, delivery_id, state, reached, attempts, "
          "lines, first_try_at, due_at, epoch, provider_id, provider_code, detail, cancel_asked, "
          "updated_at, rev, part, conversation_id, seq, sender, recipient, channel, account, "
          "address, lane, at_most_once, expires_at, created_at) "
          "select unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::int2[]), "
          "unnest($5::int2[]), unnest($6::int4[]), unnest($7::int4[]), unnest($8::timestamptz[]), "
          "unnest($9::timestamptz[]), unnest($10::int8[]), unnest($11::text[]), "
          "unnest($12::text[]), unnest($13::text[]), unnest($14::bool[]), "
          "unnest($15::timestamptz[]), unnest($16::int8[]), unnest($17::int2[]), "
          "unnest($18::uuid[]), unnest($19::int8[]), unnest($20::text[]), unnest($21::text[]), "
          "unnest($22::text[]), unnest($23::text[]), unnest($24::text[]), unnest($25::int2[]), "
          "unnest($26::bool[]), unnest($27::timestamptz[]), unnest($28::timestamptz[])",
          std::move(values), expect::none};
}

store::statement delivery_rows::update() const {
  return {"commit_delivery",
          "update delivery d set state = k.state, reached = k.reached, attempts = k.attempts, "
          "lines = k.lines, first_try_at = k.first_try_at, due_at = k.due_at, epoch = k.epoch, "
          "provider_id = k.provider_id, provider_code = k.provider_code, detail = k.detail, "
          "cancel_asked = k.cancel_asked, updated_at = k.updated_at, rev = k.rev "
          "from (select unnest($1::uuid[]) client_id, unnest($2::uuid[]) message_id, "
          "unnest($3::uuid[]) delivery_id, unnest($4::int2[]) state, unnest($5::int2[]) reached, "
          "unnest($6::int4[]) attempts, unnest($7::int4[]) lines, "
          "unnest($8::timestamptz[]) first_try_at, unnest($9::timestamptz[]) due_at, "
          "unnest($10::int8[]) epoch, unnest($11::text[]) provider_id, "
          "unnest($12::text[]) provider_code, unnest($13::text[]) detail, "
          "unnest($14::bool[]) cancel_asked, unnest($15::timestamptz[]) updated_at, "
          "unnest($16::int8[]) rev) k "
          "where d.client_id = k.client_id and d.message_id = k.message_id "
          "and d.delivery_id = k.delivery_id",
          changed_.values(), expect::none};
}

store::statement delivery_rows::insert_lines() const {
  store::params values;
  values.add_array(lines_.clients)
    .add_array(lines_.messages)
    .add_array(lines_.ids)
    .add_array(lines_.numbers)
    .add_array(lines_.ats)
    .add_array(lines_.states)
    .add_array(lines_.attempts)
    .add_array(lines_.codes)
    .add_array(lines_.details)
    .add_array(lines_.revs);
  return {"commit_delivery_event",
          "insert into delivery_event (client_id, message_id, delivery_id, number, at, state, "
          "attempt, provider_code, detail, rev) "
          "select unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::int4[]), "
          "unnest($5::timestamptz[]), unnest($6::int2[]), unnest($7::int4[]), unnest($8::text[]), "
          "unnest($9::text[]), unnest($10::int8[])",
          std::move(values), expect::none};
}

} // namespace recado::journal
