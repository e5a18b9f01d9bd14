#include "actors/history/conversation_queries.hpp"

#include <fmt/format.h>

namespace recado::history {
namespace {

// `{source}` gives rows c of conversation. Members come as parallel arrays, so that a conversation
// is one row and a page of them one round trip.
constexpr std::string_view with_members = R"(
select c.conversation_id, c.type, c.title, c.metadata, c.last_seq, c.rev, c.created_at,
       who.users, who.roles, who.joined_us, who.joined_seqs
from ({source}) c
cross join lateral (
  select coalesce(array_agg(user_id), '{{}}') as users,
         coalesce(array_agg(role), '{{}}') as roles,
         coalesce(array_agg((extract(epoch from joined_at) * 1000000)::int8), '{{}}') as joined_us,
         coalesce(array_agg(joined_seq), '{{}}') as joined_seqs
  from (select user_id, role, joined_at, joined_seq from member
        where client_id = c.client_id and conversation_id = c.conversation_id and left_seq is null
        order by joined_at, user_id) ordered) who
order by c.created_at desc, c.conversation_id desc)";

constexpr std::string_view one_source = R"(
  select * from conversation c where client_id = $1 and conversation_id = $2
    and ($3 = '' or exists (
      select from member v where v.client_id = $1 and v.conversation_id = $2 and v.user_id = $3
                             and v.left_seq is null)))";

constexpr std::string_view client_source = R"(
  select * from conversation
  where uuid_hash(client_id) = uuid_hash($1) and client_id = $1
    and type = any ($3) and created_at <= $4
    and (created_at, conversation_id) < ($4, $5)
  order by created_at desc, conversation_id desc limit $6)";

constexpr std::string_view member_source = R"(
  select x.* from member v
  join conversation x on x.client_id = v.client_id and x.conversation_id = v.conversation_id
  where v.client_id = $1 and v.user_id = $2 and v.left_seq is null and x.type = any ($3)
    and (x.created_at, x.conversation_id) < ($4, $5)
  order by x.created_at desc, x.conversation_id desc limit $6)";

constexpr std::string_view memberships_sql = R"(
select c.conversation_id, v.joined_seq, c.last_seq, c.rev
from member v
join conversation c on c.client_id = v.client_id and c.conversation_id = v.conversation_id
where v.client_id = $1 and v.user_id = $2 and v.left_seq is null
order by c.created_at desc, c.conversation_id desc limit $3)";

constexpr std::string_view client_memberships_sql = R"(
select conversation_id, 0::int8, last_seq, rev from conversation
where uuid_hash(client_id) = uuid_hash($1) and client_id = $1
order by created_at desc, conversation_id desc limit $3)";

constexpr std::string_view receipts_sql = R"(
select p.user_id, p.kind, p.seq, p.at
from conversation c left join lateral (
  select m.user_id, k.kind, k.seq,
         coalesce((select r.at from receipt r
                   where r.client_id = $1 and r.conversation_id = $2 and r.user_id = m.user_id
                     and r.kind = k.kind order by r.up_to_seq desc limit 1), m.joined_at) as at
  from member m
  cross join lateral (values (0::int2, m.delivered_seq), (1::int2, m.read_seq)) k (kind, seq)
  where m.client_id = $1 and m.conversation_id = $2 and m.rev > $3 and k.seq > m.joined_seq) p
  on true
where c.client_id = $1 and c.conversation_id = $2
order by p.user_id, p.kind)";

constexpr std::string_view places_sql = R"(
select user_id, conversation_id from member
where client_id = $1 and user_id = any ($2) and left_seq is null limit $3)";

constexpr std::string_view is_member_sql = R"(
select 1 from member
where client_id = $1 and conversation_id = $2 and user_id = $3 and left_seq is null)";

std::string text(std::string_view source) {
  return fmt::format(fmt::runtime(with_members), fmt::arg("source", source));
}

store::int2_array listed(std::optional<conversation_type> type) {
  store::int2_array out;
  if (type) return std::move(out.push(static_cast<std::int16_t>(*type)));
  out.push(static_cast<std::int16_t>(conversation_type::private_));
  out.push(static_cast<std::int16_t>(conversation_type::group));
  return out;
}

std::int64_t as_int8(std::size_t n) {
  return static_cast<std::int64_t>(n);
}

std::vector<member_record> members_of(const store::rows& rows, std::size_t row, std::size_t first) {
  auto users = rows.get_texts(row, first);
  auto roles = rows.get_ints(row, first + 1);
  auto joined_us = rows.get_ints(row, first + 2);
  auto joined_seqs = rows.get_ints(row, first + 3);
  std::vector<member_record> out;
  out.reserve(users.size());
  for (std::size_t i = 0; i < users.size(); ++i)
    out.push_back({user_id{std::string{users[i]}}, static_cast<member_role>(roles.at(i)),
                   from_micros(joined_us.at(i)), joined_seqs.at(i)});
  return out;
}

} // namespace

store::statement conversation_by_id(const client_id& client, const conversation_id& id,
                                    const user_id& viewer) {
  static const std::string sql = text(one_source);
  return {"history_conversation", sql,
          store::params{}.add_uuid(client).add_uuid(id).add_text(viewer.value)};
}

store::statement conversations_of(const client_id& client, const user_id& member,
                                  std::optional<conversation_type> type,
                                  const conversation_position& after, std::size_t limit) {
  static const std::string of_client = text(client_source), of_member = text(member_source);
  // Planned anew each time: a plan for any position would not know that the first page's is none.
  return {{},
          member.empty() ? of_client : of_member,
          store::params{}
            .add_uuid(client)
            .add_text(member.value)
            .add_array(listed(type))
            .add_time(after.at)
            .add_uuid(after.conversation)
            .add_int8(as_int8(limit))};
}

conversation_record conversation_of(const store::rows& rows, std::size_t row) {
  conversation_record out;
  out.id = conversation_id{rows.get_uuid(row, 0)};
  out.type = static_cast<conversation_type>(rows.get_int(row, 1));
  if (auto title = rows.maybe_text(row, 2)) out.title = std::string{*title};
  out.metadata = rows.get_text(row, 3);
  out.last_seq = rows.get_int(row, 4);
  out.rev = rows.get_int(row, 5);
  out.created_at = rows.get_time(row, 6);
  out.members = members_of(rows, row, 7);
  return out;
}

store::statement memberships_of(const client_id& client, const user_id& user, std::size_t limit) {
  bool all = user.empty();
  return {all ? "history_memberships_all" : "history_memberships",
          all ? client_memberships_sql : memberships_sql,
          store::params{}.add_uuid(client).add_text(user.value).add_int8(as_int8(limit))};
}

membership membership_of(const store::rows& rows, std::size_t row) {
  return {.conversation = conversation_id{rows.get_uuid(row, 0)},
          .joined_seq = rows.get_int(row, 1),
          .left_seq = std::nullopt,
          .last_seq = rows.get_int(row, 2),
          .rev = rows.get_int(row, 3)};
}

store::statement receipts_above(const client_id& client, const conversation_id& id,
                                std::int64_t rev) {
  return {"history_receipts", receipts_sql,
          store::params{}.add_uuid(client).add_uuid(id).add_int8(rev)};
}

receipt_position receipt_position_of(const store::rows& rows, std::size_t row) {
  return {.user = user_id{std::string{rows.get_text(row, 0)}},
          .kind = static_cast<receipt_kind>(rows.get_int(row, 1)),
          .up_to_seq = rows.get_int(row, 2),
          .at = rows.get_time(row, 3)};
}

store::statement places_of(const client_id& client, const std::vector<user_id>& users,
                           std::size_t limit) {
  store::text_array names;
  for (const auto& each : users)
    names.push(std::string_view{each.value});
  return {"history_places", places_sql,
          store::params{}.add_uuid(client).add_array(names).add_int8(as_int8(limit))};
}

shared_place place_of(const store::rows& rows, std::size_t row) {
  return {user_id{std::string{rows.get_text(row, 0)}}, conversation_id{rows.get_uuid(row, 1)}};
}

store::statement is_member(const client_id& client, const conversation_id& id,
                           const user_id& user) {
  return {"history_is_member", is_member_sql,
          store::params{}.add_uuid(client).add_uuid(id).add_text(user.value)};
}

} // namespace recado::history
