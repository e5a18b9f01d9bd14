#include "actors/journal/positions.hpp"

namespace recado::journal {

store::statement positions(const std::vector<std::pair<client_id, conversation_id>>& of) {
  store::uuid_array clients, conversations;
  for (const auto& [client, conversation] : of) {
    clients.push(client);
    conversations.push(conversation);
  }
  return {"positions",
          "select k.client_id, k.conversation_id, coalesce(c.last_seq, 0), coalesce(c.rev, 0) "
          "from unnest($1::uuid[], $2::uuid[]) with ordinality k(client_id, conversation_id, n) "
          "left join conversation c on c.client_id = k.client_id and c.conversation_id = "
          "k.conversation_id "
          "order by k.n",
          store::params{}.add_array(clients).add_array(conversations), store::expect::rows};
}

std::vector<position_row> parse_positions(const store::rows& found) {
  std::vector<position_row> out;
  out.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    out.push_back({client_id{found.get_uuid(i, 0)}, conversation_id{found.get_uuid(i, 1)},
                   found.get_int(i, 2), found.get_int(i, 3)});
  return out;
}

} // namespace recado::journal
