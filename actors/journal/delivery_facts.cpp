#include "actors/journal/delivery_facts.hpp"

#include <algorithm>

namespace recado::journal {
namespace {

using store::expect;
using store::params;
using store::rows;

// Whoever is a member, or may become one in this batch.
constexpr std::string_view identities_sql =
  "select i.client_id, i.user_id, i.channel, i.address, coalesce(i.account, '') from ("
  "select m.client_id, m.user_id "
  "from (select unnest($1::uuid[]) client_id, unnest($2::uuid[]) conversation_id) k "
  "join member m on m.client_id = k.client_id and m.conversation_id = k.conversation_id "
  "and m.left_seq is null "
  "union select unnest($3::uuid[]), unnest($4::text[])) u(client_id, user_id) "
  "join identity i on i.client_id = u.client_id and i.user_id = u.user_id "
  "order by i.client_id, i.user_id, i.channel";

constexpr std::string_view accounts_sql =
  "select client_id, channel, account, preferred, demo, created_at from account "
  "where client_id = any($1::uuid[]) and deleted_at is null";

constexpr std::string_view deliveries_sql =
  "select d.client_id, d.message_id, d.delivery_id, d.seq, d.sender, d.recipient, d.channel, "
  "d.account, d.address, d.lane, d.state, d.reached, d.attempts, d.lines, d.first_try_at, "
  "d.due_at, d.epoch, d.provider_id, d.provider_code, d.detail, d.at_most_once, d.cancel_asked, "
  "d.expires_at, d.created_at, d.updated_at from ("
  "select w.* from (select unnest($1::uuid[]) client_id, unnest($2::uuid[]) message_id) k "
  "join delivery w on w.client_id = k.client_id and w.message_id = k.message_id "
  "union all "
  "select o.* from (select unnest($3::uuid[]) client_id, unnest($4::uuid[]) message_id, "
  "unnest($5::uuid[]) delivery_id) k "
  "join delivery o on o.client_id = k.client_id and o.message_id = k.message_id "
  "and o.delivery_id = k.delivery_id) d";

user_id user_at(const rows& found, std::size_t row, std::size_t col) {
  return user_id{std::string{found.get_text(row, col)}};
}

delivery_state delivery_at(const rows& found, std::size_t i) {
  delivery_state out;
  out.message = message_id{found.get_uuid(i, 1)};
  out.id = delivery_id{found.get_uuid(i, 2)};
  out.seq = found.get_int(i, 3);
  out.sender = user_at(found, i, 4);
  out.recipient = user_at(found, i, 5);
  out.channel = found.get_text(i, 6);
  out.account = found.get_text(i, 7);
  out.address = found.get_text(i, 8);
  out.priority = static_cast<lane>(found.get_int(i, 9));
  out.now = static_cast<status>(found.get_int(i, 10));
  out.reached = static_cast<status>(found.get_int(i, 11));
  out.attempts = static_cast<std::int32_t>(found.get_int(i, 12));
  out.lines = static_cast<std::int32_t>(found.get_int(i, 13));
  out.first_try_at = found.maybe_time(i, 14);
  out.due = found.get_time(i, 15);
  out.owned = found.get_int(i, 16);
  out.provider_id = found.get_text(i, 17);
  out.provider_code = found.get_text(i, 18);
  out.detail = found.get_text(i, 19);
  out.at_most_once = found.get_bool(i, 20);
  out.cancel_asked = found.get_bool(i, 21);
  out.expires_at = found.maybe_time(i, 22);
  out.created_at = found.get_time(i, 23);
  out.updated_at = found.get_time(i, 24);
  return out;
}

} // namespace

delivery_facts::delivery_facts(std::span<const undecided_ptr> items) {
  for (const auto& item : items)
    add(item->what);
  if (clients_.empty()) return;
  for (const auto& item : items) { // who joins in this batch may be a recipient of it
    const auto& cmd = item->what;
    if (const auto* one = std::get_if<add_member>(&cmd.body))
      users_.emplace(cmd.client, one->member.user);
    else if (const auto* all = std::get_if<create_conversation>(&cmd.body))
      for (const auto& member : all->members)
        users_.emplace(cmd.client, member.user);
  }
}

void delivery_facts::add(const command& what) {
  auto one = [&](const auto& body) {
    deliveries_.emplace(what.client, body.message, body.delivery);
  };
  if (const auto* send = std::get_if<send_message>(&what.body)) {
    if (!send->external()) return;
    clients_.insert(what.client);
    conversations_.emplace(what.client, what.conversation);
    for (const auto& user : send->implicit_members)
      users_.emplace(what.client, user);
    messages_.emplace(what.client, send->message); // it may be a repetition
  } else if (const auto* cancel = std::get_if<cancel_message>(&what.body)) {
    messages_.emplace(what.client, cancel->message);
  } else if (const auto* begin = std::get_if<begin_attempt>(&what.body)) {
    one(*begin);
  } else if (const auto* settle = std::get_if<settle_attempt>(&what.body)) {
    one(*settle);
  } else if (const auto* expire = std::get_if<expire_delivery>(&what.body)) {
    one(*expire);
  }
}

std::size_t delivery_facts::count() const noexcept {
  return (clients_.empty() ? 0u : 2u) + (messages_.empty() && deliveries_.empty() ? 0u : 1u);
}

std::vector<store::statement> delivery_facts::statements() const {
  std::vector<store::statement> out;
  if (!clients_.empty()) {
    out.push_back(identities());
    out.push_back(accounts());
  }
  if (!messages_.empty() || !deliveries_.empty()) out.push_back(deliveries());
  return out;
}

store::statement delivery_facts::identities() const {
  store::uuid_array clients, conversations, user_clients;
  store::text_array users;
  for (const auto& [client, conversation] : conversations_) {
    clients.push(client);
    conversations.push(conversation);
  }
  for (const auto& [client, user] : users_) {
    user_clients.push(client);
    users.push(std::string_view{user.value});
  }
  return {
    "preread_identity", identities_sql,
    params{}.add_array(clients).add_array(conversations).add_array(user_clients).add_array(users),
    expect::rows};
}

store::statement delivery_facts::accounts() const {
  store::uuid_array clients;
  for (const auto& client : clients_)
    clients.push(client);
  return {"preread_account", accounts_sql, params{}.add_array(clients), expect::rows};
}

store::statement delivery_facts::deliveries() const {
  store::uuid_array whole_clients, whole, clients, messages, ids;
  for (const auto& [client, message] : messages_) {
    whole_clients.push(client);
    whole.push(message);
  }
  for (const auto& [client, message, id] : deliveries_) {
    if (messages_.contains({client, message})) continue;
    clients.push(client);
    messages.push(message);
    ids.push(id);
  }
  return {"preread_delivery", deliveries_sql,
          params{}
            .add_array(whole_clients)
            .add_array(whole)
            .add_array(clients)
            .add_array(messages)
            .add_array(ids),
          expect::rows};
}

void delivery_facts::read(std::span<const rows> found, facts& into) const {
  auto next = found.begin();
  if (!clients_.empty()) {
    const auto& identities = *next++;
    for (std::size_t i = 0; i < identities.size(); ++i)
      into.identities[{client_id{identities.get_uuid(i, 0)}, user_at(identities, i, 1)}].push_back(
        {std::string{identities.get_text(i, 2)}, std::string{identities.get_text(i, 3)},
         std::string{identities.get_text(i, 4)}});
    const auto& accounts = *next++;
    for (std::size_t i = 0; i < accounts.size(); ++i)
      into.accounts[client_id{accounts.get_uuid(i, 0)}].push_back(
        {std::string{accounts.get_text(i, 1)}, std::string{accounts.get_text(i, 2)},
         accounts.get_bool(i, 3), accounts.get_bool(i, 4), accounts.get_time(i, 5)});
  }
  if (next == found.end()) return;
  for (std::size_t i = 0; i < next->size(); ++i) {
    auto state = delivery_at(*next, i);
    facts::message_key key{client_id{next->get_uuid(i, 0)}, state.message};
    into.deliveries[key].push_back(std::move(state));
  }
}

} // namespace recado::journal
