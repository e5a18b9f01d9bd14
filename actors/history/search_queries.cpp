#include "actors/history/search_queries.hpp"

#include "actors/history/message_rows.hpp"

#include <fmt/format.h>
#include <map>
#include <mutex>
#include <tuple>

namespace recado::history {
namespace {

using filter_t = history_service::message_filter;

// Within one conversation created_at never goes back, so the order by seq is the order by time, and
// the newest of each conversation come from the index that numbers it.
constexpr std::string_view newest_first =
  "m.created_at desc, m.conversation_id desc, coalesce(m.seq, 0) desc, m.message_id desc";

constexpr std::string_view cut = R"(
    m.created_at >= $2 and m.created_at < $3 and m.created_at <= $4
    and (m.created_at, m.conversation_id, coalesce(m.seq, 0), m.message_id) < ($4, $5, $6, $7))";

constexpr std::string_view whole = R"(
select {columns}, {status} from (
  {source}
  order by {newest_first} limit $8) m
order by {newest_first})";

constexpr std::string_view of_client = R"(
  select m.* from message m
  where uuid_hash(m.client_id) = uuid_hash($1) and m.client_id = $1 and {cut} {filters})";

// {scopes}: rows s (conversation_id, low, high); {refused}: which messages without a seq.
constexpr std::string_view of_scopes = R"(
  select m.* from ({scopes}) s cross join lateral (
    (select m.* from message m
     where m.client_id = $1 and m.conversation_id = s.conversation_id
       and m.seq > s.low and m.seq <= s.high and {cut} {filters}
     order by m.seq desc limit $8)
    union all
    (select m.* from message m
     where m.client_id = $1 and m.conversation_id = s.conversation_id
       and m.seq is null and {refused} and {cut} {filters}
     order by {newest_first} limit $8)) m)";

// {end}: up to where somebody who has left may look.
constexpr std::string_view scopes_of_user = R"(
    select v.conversation_id, v.joined_seq as low,
           case when v.left_seq is null then 9223372036854775807 else {end} end as high
    from member v where v.client_id = $1 and v.user_id = $9)";

constexpr std::string_view scope_of_conversation = R"(
    select $11::uuid as conversation_id, 0::int8 as low, 9223372036854775807::int8 as high)";

constexpr std::string_view of_user = R"(
       and (m.from_user = $10 or exists (
         select from member u
         where u.client_id = $1 and u.conversation_id = m.conversation_id and u.user_id = $10
           and u.joined_seq < m.seq and (u.left_seq is null or u.left_seq >= m.seq))))";

constexpr std::string_view over_channel = R"(
       and exists (
         select from delivery o
         where o.client_id = m.client_id and o.message_id = m.message_id and o.channel = $13))";

/// How a query narrows the status; `failed` has a reason of its own besides.
enum class by_status : std::uint8_t { any, failed, other };
enum class by_channel : std::uint8_t { any, in_app, external };

/// Which parts a query has; there is one SQL text for each shape.
struct shape {
  bool owner = false;        ///< a user whose conversations are looked at
  bool present = false;      ///< what the owner has left is not shown
  bool conversation = false; ///< only this one
  bool user = false;         ///< sender or recipient, where it is not the owner
  by_status state = by_status::any;
  by_channel channel = by_channel::any;
};

std::string filters(const shape& of) {
  std::string out;
  if (of.user) out += of_user;
  if (of.channel == by_channel::in_app) out += " and m.in_app > 0";
  if (of.channel == by_channel::external) out += over_channel;
  if (of.state == by_status::failed)
    out += fmt::format(" and (m.failure is not null or {} = 7)", message_status());
  else if (of.state == by_status::other)
    out += fmt::format(" and m.failure is null and {} = $12", message_status());
  return out;
}

std::string source(const shape& of) {
  auto narrowed = filters(of);
  if (!of.owner && !of.conversation)
    return fmt::format(fmt::runtime(of_client), fmt::arg("cut", cut),
                       fmt::arg("filters", narrowed));
  std::string scopes{scope_of_conversation};
  if (of.owner)
    scopes = fmt::format(fmt::runtime(scopes_of_user),
                         fmt::arg("end", of.present ? "v.joined_seq" : "v.left_seq"));
  if (of.owner && of.conversation) scopes += " and v.conversation_id = $11";
  return fmt::format(fmt::runtime(of_scopes), fmt::arg("cut", cut), fmt::arg("filters", narrowed),
                     fmt::arg("scopes", scopes), fmt::arg("newest_first", newest_first),
                     fmt::arg("refused", of.owner ? "m.from_user = $9" : "true"));
}

std::string text(const shape& of) {
  return fmt::format(fmt::runtime(whole), fmt::arg("columns", message_columns),
                     fmt::arg("status", message_status()), fmt::arg("source", source(of)),
                     fmt::arg("newest_first", newest_first));
}

/// Each is made when it is asked for the first time, and stays.
std::string_view sql_of(const shape& of) {
  static std::mutex mutex;
  static std::map<std::tuple<bool, bool, bool, bool, by_status, by_channel>, std::string> texts;
  std::lock_guard lock{mutex};
  auto [at, fresh] =
    texts.try_emplace({of.owner, of.present, of.conversation, of.user, of.state, of.channel});
  if (fresh) at->second = text(of);
  return at->second;
}

by_status status_filter(const filter_t& filter) {
  if (!filter.state) return by_status::any;
  return *filter.state == status::failed ? by_status::failed : by_status::other;
}

by_channel channel_filter(const filter_t& filter) {
  if (!filter.channel) return by_channel::any;
  return *filter.channel == "in_app" ? by_channel::in_app : by_channel::external;
}

} // namespace

store::statement found_messages(const client_id& client, const user_id& viewer,
                                const filter_t& filter, const message_position& after,
                                std::size_t limit) {
  auto user = filter.user.value_or(user_id{});
  const auto& owner = viewer.empty() ? user : viewer;
  shape of{!owner.empty(),
           !viewer.empty(),
           filter.conversation.has_value(),
           !user.empty() && user != owner,
           status_filter(filter),
           channel_filter(filter)};
  // Planned anew each time: what is rare depends on the values.
  return {{},
          sql_of(of),
          store::params{}
            .add_uuid(client)
            .add_time(filter.from.value_or(earliest))
            .add_time(filter.to.value_or(latest))
            .add_time(after.at)
            .add_uuid(after.conversation)
            .add_int8(after.seq)
            .add_uuid(after.message)
            .add_int8(static_cast<std::int64_t>(limit))
            .add_text(owner.value)
            .add_text(user.value)
            .add_uuid(filter.conversation.value_or(conversation_id{}))
            .add_int8(static_cast<std::int64_t>(filter.state.value_or(status::sent)))
            .add_text(filter.channel.value_or(""))};
}

message_position position_of(const message_record& message) {
  const auto& view = message.view;
  return {view.created_at, view.conversation.value, view.seq, view.id.value};
}

} // namespace recado::history
