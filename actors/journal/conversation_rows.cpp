#include "actors/journal/conversation_rows.hpp"

#include "actors/journal/rows.hpp"

namespace recado::journal {

using store::params;
using store::statement;

void conversation_rows::add(const effects& from) {
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
  hashes.push(hash_bytes(head.hash));
}

statement conversation_rows::insert() const {
  return write(
    "commit_conversation_new",
    "insert into conversation (client_id, conversation_id, part, type, title, metadata, "
    "last_seq, rev, last_at, created_at, request_hash) "
    "select unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::int2[]), unnest($4::int2[]), "
    "unnest($5::text[]), unnest($6::text[]), unnest($7::int8[]), unnest($8::int8[]), "
    "unnest($9::timestamptz[]), unnest($10::timestamptz[]), unnest($11::bytea[])",
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

statement conversation_rows::update() const {
  return write(
    "commit_conversation",
    "update conversation c set last_seq = k.last_seq, rev = k.rev, last_at = k.last_at "
    "from (select unnest($1::uuid[]) client_id, unnest($2::uuid[]) conversation_id, "
    "unnest($3::int8[]) last_seq, unnest($4::int8[]) rev, unnest($5::timestamptz[]) last_at) k "
    "where c.client_id = k.client_id and c.conversation_id = k.conversation_id",
    params{}.add_array(clients).add_array(ids).add_array(last_seqs).add_array(revs).add_array(
      last_ats));
}

void member_rows::add(const effects& from, const member_row& row) {
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

statement member_rows::upsert() const {
  return write(
    "commit_member",
    "insert into member (client_id, conversation_id, user_id, role, joined_at, joined_seq, "
    "left_seq, delivered_seq, read_seq, rev) "
    "select unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::int2[]), "
    "unnest($5::timestamptz[]), unnest($6::int8[]), unnest($7::int8[]), unnest($8::int8[]), "
    "unnest($9::int8[]), unnest($10::int8[]) "
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

void receipt_rows::add(const effects& from, const receipt_row& row) {
  clients.push(from.key.client);
  conversations.push(from.key.conversation);
  users.push(std::string_view{row.user.value});
  kinds.push(small(row.kind));
  from_seqs.push(row.from_seq);
  up_to_seqs.push(row.up_to_seq);
  ats.push(row.at);
}

statement receipt_rows::insert() const {
  return write(
    "commit_receipt",
    "insert into receipt (client_id, conversation_id, user_id, kind, from_seq, up_to_seq, at) "
    "select unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::int2[]), "
    "unnest($5::int8[]), unnest($6::int8[]), unnest($7::timestamptz[])",
    params{}
      .add_array(clients)
      .add_array(conversations)
      .add_array(users)
      .add_array(kinds)
      .add_array(from_seqs)
      .add_array(up_to_seqs)
      .add_array(ats));
}

} // namespace recado::journal
