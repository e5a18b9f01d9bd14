#include "actors/delivery/feed_queries.hpp"

#include "schemas/status.hpp"

#include <algorithm>

namespace recado::feed {
namespace {

// One look into the index per account instead of one per delivery.
constexpr std::string_view accounts_sql = R"(
with recursive one as (
  select p.part, a.client_id, a.channel, a.account
  from unnest($1::int2[]) p(part) cross join lateral (
    select d.client_id, d.channel, d.account from delivery d
    where d.part = p.part and d.state between 1 and 3
    order by d.client_id, d.channel, d.account limit 1) a
  union all
  select o.part, a.client_id, a.channel, a.account
  from one o cross join lateral (
    select d.client_id, d.channel, d.account from delivery d
    where d.part = o.part and d.state between 1 and 3
      and (d.client_id, d.channel, d.account) > (o.client_id, o.channel, o.account)
    order by d.client_id, d.channel, d.account limit 1) a)
select distinct client_id, channel, account from one)";

constexpr std::string_view open_sql = R"(
with first as materialized (
  select d.* from unnest($1::int2[]) p(part) cross join lateral (
    select d.client_id, d.message_id, d.delivery_id, d.conversation_id, d.address, d.lane,
           d.due_at, d.seq
    from delivery d
    where d.part = p.part and d.client_id = $2 and d.channel = $3 and d.account = $4
      and d.state between 1 and 3
    order by d.lane, d.due_at, d.seq limit $5) d
  order by d.lane, d.due_at, d.seq limit $5),
wanted as (
  select message_id, delivery_id from first
  union
  select d.message_id, d.delivery_id from first f
  join delivery d on d.client_id = f.client_id and d.conversation_id = f.conversation_id
                 and d.state between 1 and 3 and d.seq < f.seq
                 and d.channel = $3 and d.account = $4 and d.address = f.address)
select d.delivery_id, d.part, d.conversation_id, d.message_id, d.seq, d.lane, d.address,
       d.recipient, d.sender, coalesce(c.title, ''), m.payload, m.metadata, m.created_at,
       d.expires_at, d.attempts, d.first_try_at, d.due_at, d.state, d.at_most_once,
       (select count(*) from first)
from wanted w
join delivery d on d.client_id = $2 and d.message_id = w.message_id
               and d.delivery_id = w.delivery_id and d.state between 1 and 3
join message m on m.client_id = d.client_id and m.message_id = d.message_id
left join conversation c on c.client_id = d.client_id and c.conversation_id = d.conversation_id
order by d.lane, d.due_at, d.seq)";

store::int2_array array_of_parts(const std::vector<partition_id>& parts) {
  store::int2_array out;
  for (auto part : parts)
    out.push(static_cast<std::int16_t>(part));
  return out;
}

open_delivery row_of(const store::rows& found, std::size_t i) {
  open_delivery out;
  out.id = found.get_uuid(i, 0);
  out.part = static_cast<partition_id>(found.get_int(i, 1));
  out.conversation = conversation_id{found.get_uuid(i, 2)};
  out.message = message_id{found.get_uuid(i, 3)};
  out.seq = found.get_int(i, 4);
  out.priority = static_cast<lane>(found.get_int(i, 5));
  out.address = found.get_text(i, 6);
  out.recipient = found.get_text(i, 7);
  out.from = found.get_text(i, 8);
  out.title = found.get_text(i, 9);
  out.payload = found.get_text(i, 10);
  out.metadata = found.get_text(i, 11);
  out.created_at = found.get_time(i, 12);
  out.expires_at = found.maybe_time(i, 13);
  out.attempts = static_cast<std::int32_t>(found.get_int(i, 14));
  out.first_try_at = found.maybe_time(i, 15);
  out.due = found.get_time(i, 16);
  out.unknown = static_cast<status>(found.get_int(i, 17)) == status::sending;
  out.at_most_once = found.get_bool(i, 18);
  return out;
}

using chain_key = std::pair<conversation_id, std::string>;

} // namespace

store::statement accounts_with_open(const std::vector<partition_id>& parts) {
  return {"feed_accounts", accounts_sql, store::params{}.add_array(array_of_parts(parts))};
}

std::vector<account_key> accounts_of(const store::rows& found) {
  std::vector<account_key> out;
  for (std::size_t i = 0; i < found.size(); ++i)
    out.push_back({client_id{found.get_uuid(i, 0)}, std::string{found.get_text(i, 1)},
                   std::string{found.get_text(i, 2)}});
  return out;
}

store::statement open_of(const account_key& account, const std::vector<partition_id>& parts,
                         std::size_t limit) {
  return {"feed_open", open_sql,
          store::params{}
            .add_array(array_of_parts(parts))
            .add_uuid(account.client)
            .add_text(account.channel)
            .add_text(account.account)
            .add_int8(static_cast<std::int64_t>(limit) + 1)};
}

open_rows open_rows_of(const store::rows& found, const account_key& account,
                       const std::map<partition_id, epoch>& held, std::size_t limit) {
  open_rows out;
  if (!found.empty()) out.complete = found.get_int(0, 19) <= static_cast<std::int64_t>(limit);
  std::vector<std::shared_ptr<open_delivery>> all;
  std::map<chain_key, std::vector<std::shared_ptr<open_delivery>>> chains;
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto one = std::make_shared<open_delivery>(row_of(found, i));
    auto mine = held.find(one->part);
    if (mine == held.end()) continue;
    one->owned = mine->second;
    one->over = account;
    all.push_back(one);
    chains[{one->conversation, one->address}].push_back(one);
  }
  for (auto& [_, chain] : chains)
    std::ranges::sort(chain, std::greater{}, [](const auto& one) { return one->seq; });
  for (const auto& one : all) { // with each its chain up to it, as far as there is room
    auto& chain = chains[{one->conversation, one->address}];
    while (!chain.empty() && chain.back()->seq <= one->seq && out.rows.size() < limit) {
      out.rows.push_back(std::move(chain.back()));
      chain.pop_back();
    }
  }
  out.complete = out.complete && out.rows.size() == all.size();
  return out;
}

} // namespace recado::feed
