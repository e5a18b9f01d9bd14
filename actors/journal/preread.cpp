#include "actors/journal/preread.hpp"

#include "actors/journal/delivery_facts.hpp"
#include "schemas/wire.hpp"

#include <algorithm>
#include <set>

namespace recado::journal {
namespace {

using store::expect;
using store::params;
using store::rows;
using store::statement;

constexpr std::string_view inbox_sql =
  "select part, id, received_at, envelope from inbox where part = any($1::int2[]) "
  "order by part, id limit $2";

constexpr std::string_view messages_sql =
  "select m.client_id, m.message_id, m.conversation_id, m.command_id, coalesce(m.seq, 0), "
  "m.from_user, "
  "m.request_hash, m.created_at, coalesce(m.failure, ''), m.in_app, m.deliveries "
  "from (select unnest($1::uuid[]) client_id, unnest($2::uuid[]) message_id) k "
  "join message m on m.client_id = k.client_id and m.message_id = k.message_id";

constexpr std::string_view applied_sql =
  "select a.command_id, a.outcome "
  "from (select unnest($1::int2[]) part, unnest($2::uuid[]) command_id) k "
  "join applied a on a.part = k.part and a.command_id = k.command_id";

// OFFSET 0 has each looked for in the index of the deleted ones, which is nearly always empty: a
// planner that believes so would read it all.
constexpr std::string_view deleted_sql =
  "select u.client_id, u.user_id "
  "from (select unnest($1::uuid[]) client_id, unnest($2::text[]) user_id) k "
  "cross join lateral (select u.client_id, u.user_id from app_user u "
  "where u.client_id = k.client_id and u.user_id = k.user_id and u.deleted_at is not null "
  "offset 0) u";

constexpr std::string_view conversations_sql =
  "select c.client_id, c.conversation_id, c.type, c.title, c.metadata, c.last_seq, c.rev, "
  "c.last_at, "
  "c.created_at, c.request_hash "
  "from (select unnest($1::uuid[]) client_id, unnest($2::uuid[]) conversation_id) k "
  "join conversation c on c.client_id = k.client_id and c.conversation_id = k.conversation_id";

constexpr std::string_view members_sql =
  "select m.client_id, m.conversation_id, m.user_id, m.role, m.joined_at, m.joined_seq, "
  "m.left_seq, "
  "m.delivered_seq, m.read_seq "
  "from (select unnest($1::uuid[]) client_id, unnest($2::uuid[]) conversation_id) k "
  "join member m on m.client_id = k.client_id and m.conversation_id = k.conversation_id";

bool asks_predecessor(const undecided& item) {
  return item.what.after && !item.follows_known;
}

bool asks_command(const undecided& item) {
  if (internal(item.what.body)) return false; // their rows tell what they did
  return !item.only_copy || asks_predecessor(item);
}
bool asks_message(const undecided& item) {
  const auto& body = item.what.body;
  if (internal(body)) return false;
  bool said = std::holds_alternative<send_message>(body) && !item.says_something_new();
  return said || asks_predecessor(item) || std::holds_alternative<cancel_message>(body);
}

bool any_asks(const preread_request& request, bool (*asks)(const undecided&)) {
  return std::ranges::any_of(request.items, [asks](const auto& item) { return asks(*item); });
}

/// Everything that the commands name, ready to be asked for.
struct questions {
  explicit questions(const preread_request& request) {
    for (const auto& item : request.items)
      add(*item);
  }

  store::uuid_array message_clients, messages;
  store::int2_array applied_parts;
  store::uuid_array commands;
  std::set<std::pair<client_id, user_id>> users;

private:
  void add(const undecided& item) {
    const auto& cmd = item.what;
    if (internal(cmd.body)) return;
    if (!item.only_copy) ask_command(item.part, cmd.id);
    if (asks_predecessor(item)) {
      ask_command(item.part, cmd.after->command);
      ask_message(cmd.client, cmd.after->message);
    }
    ask_user(cmd.client, cmd.acting);
    if (const auto* send = std::get_if<send_message>(&cmd.body)) {
      if (!item.says_something_new()) ask_message(cmd.client, send->message);
      ask_user(cmd.client, send->from);
      for (const auto& user : send->implicit_members)
        ask_user(cmd.client, user);
    } else if (const auto* cancel = std::get_if<cancel_message>(&cmd.body)) {
      ask_message(cmd.client, cancel->message);
    } else if (const auto* create = std::get_if<create_conversation>(&cmd.body)) {
      for (const auto& member : create->members)
        ask_user(cmd.client, member.user);
    } else if (const auto* add_one = std::get_if<add_member>(&cmd.body)) {
      ask_user(cmd.client, add_one->member.user);
    }
  }

  void ask_command(partition_id part, const command_id& id) {
    applied_parts.push(static_cast<std::int16_t>(part));
    commands.push(id);
  }
  void ask_user(const client_id& client, const user_id& user) {
    if (!user.empty()) users.emplace(client, user);
  }
  void ask_message(const client_id& client, const message_id& id) {
    message_clients.push(client);
    messages.push(id);
  }
};

request_hash hash_of(std::string_view bytes) {
  request_hash out{};
  std::memcpy(out.data(), bytes.data(), std::min(bytes.size(), out.size()));
  return out;
}

void read_messages(facts& known, const rows& found) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    known_message row;
    row.conversation = conversation_id{found.get_uuid(i, 2)};
    row.command = command_id{found.get_uuid(i, 3)};
    row.seq = found.get_int(i, 4);
    row.from = user_id{std::string{found.get_text(i, 5)}};
    row.hash = hash_of(found.get_bytes(i, 6));
    row.created_at = found.get_time(i, 7);
    row.failure = found.get_text(i, 8);
    row.inside = static_cast<in_app>(found.get_int(i, 9));
    row.deliveries = static_cast<std::int32_t>(found.get_int(i, 10));
    known.messages.emplace(
      facts::message_key{client_id{found.get_uuid(i, 0)}, message_id{found.get_uuid(i, 1)}},
      std::move(row));
  }
}

void read_applied(facts& known, const rows& found) {
  for (std::size_t i = 0; i < found.size(); ++i)
    if (auto outcome = decode_reply(found.get_bytes(i, 1)))
      known.applied.emplace(command_id{found.get_uuid(i, 0)}, std::move(*outcome));
}

void read_deleted(facts& known, const rows& found) {
  for (std::size_t i = 0; i < found.size(); ++i)
    known.deleted_users.insert(
      {client_id{found.get_uuid(i, 0)}, user_id{std::string{found.get_text(i, 1)}}});
}

conversation_key key_of(const rows& found, std::size_t i) {
  return {client_id{found.get_uuid(i, 0)}, conversation_id{found.get_uuid(i, 1)}};
}

void read_conversations(facts& known, const rows& found) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto& state = known.loaded[key_of(found, i)];
    state.exists = true;
    state.type = static_cast<conversation_type>(found.get_int(i, 2));
    if (auto title = found.maybe_text(i, 3)) state.title = std::string{*title};
    state.metadata = found.get_text(i, 4);
    state.last_seq = found.get_int(i, 5);
    state.rev = found.get_int(i, 6);
    state.last_at = found.get_time(i, 7);
    state.created_at = found.get_time(i, 8);
    state.hash = hash_of(found.get_bytes(i, 9));
  }
}

void read_members(facts& known, const rows& found) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto& member =
      known.loaded[key_of(found, i)].members[user_id{std::string{found.get_text(i, 2)}}];
    member.role = static_cast<member_role>(found.get_int(i, 3));
    member.joined_at = found.get_time(i, 4);
    member.joined_seq = found.get_int(i, 5);
    member.left_seq = found.maybe_int(i, 6);
    member.delivered_seq = found.get_int(i, 7);
    member.read_seq = found.get_int(i, 8);
  }
}

statement cold_statement(std::string_view name, std::string_view sql,
                         const std::vector<conversation_key>& cold) {
  store::uuid_array clients, conversations;
  for (const auto& key : cold) {
    clients.push(key.client);
    conversations.push(key.conversation);
  }
  return {name, sql, params{}.add_array(clients).add_array(conversations), expect::rows};
}

} // namespace

statement inbox_peek(const std::vector<partition_id>& parts, std::size_t rows_max) {
  store::int2_array ids;
  for (auto part : parts)
    ids.push(static_cast<std::int16_t>(part));
  return {"inbox_peek", inbox_sql,
          params{}.add_array(ids).add_int8(static_cast<std::int64_t>(rows_max)), expect::rows};
}

std::vector<inbox_row> parse_inbox(const rows& found) {
  std::vector<inbox_row> out;
  out.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    out.push_back({static_cast<partition_id>(found.get_int(i, 0)), found.get_int(i, 1),
                   found.get_time(i, 2), std::string{found.get_bytes(i, 3)}});
  return out;
}

bool wants_snapshot(const preread_request& request) {
  return !request.cold.empty() || any_asks(request, asks_message) ||
         any_asks(request, asks_command) ||
         std::ranges::any_of(request.items, [](const auto& item) {
           const auto* send = std::get_if<send_message>(&item->what.body);
           return internal(item->what.body) || (send && send->external());
         });
}

std::vector<statement> preread(const preread_request& request) {
  questions ask{request};
  std::vector<statement> out;
  out.push_back(inbox_peek(request.inboxes, request.inbox_rows_max));
  if (any_asks(request, asks_message))
    out.push_back({"preread_message", messages_sql,
                   params{}.add_array(ask.message_clients).add_array(ask.messages), expect::rows});
  if (any_asks(request, asks_command))
    out.push_back({"preread_applied", applied_sql,
                   params{}.add_array(ask.applied_parts).add_array(ask.commands), expect::rows});
  if (!ask.users.empty()) {
    store::uuid_array clients;
    store::text_array users;
    for (const auto& [client, user] : ask.users) {
      clients.push(client);
      users.push(user.value);
    }
    out.push_back(
      {"preread_deleted", deleted_sql, params{}.add_array(clients).add_array(users), expect::rows});
  }
  if (!request.cold.empty()) {
    out.push_back(cold_statement("preread_conversation", conversations_sql, request.cold));
    out.push_back(cold_statement("preread_member", members_sql, request.cold));
  }
  for (auto& more : delivery_facts{request.items}.statements())
    out.push_back(std::move(more));
  return out;
}

preread_result parse(const preread_request& request, const std::vector<rows>& all) {
  preread_result out;
  delivery_facts outside{request.items};
  std::span<const rows> found{all};
  outside.read(found.last(outside.count()), out.known);
  found = found.first(found.size() - outside.count());
  out.inbox = parse_inbox(found[0]);
  out.inbox_complete = out.inbox.size() < request.inbox_rows_max;
  std::size_t at = 1;
  if (any_asks(request, asks_message)) read_messages(out.known, found[at++]);
  if (any_asks(request, asks_command)) read_applied(out.known, found[at++]);
  std::size_t cold_at = request.cold.empty() ? found.size() : found.size() - 2;
  if (cold_at > at) read_deleted(out.known, found[at]);
  if (request.cold.empty()) return out;
  read_conversations(out.known, found[cold_at]);
  read_members(out.known, found[cold_at + 1]);
  for (const auto& key : request.cold)
    out.known.loaded[key].key = key; // also those without a row
  return out;
}

} // namespace recado::journal
