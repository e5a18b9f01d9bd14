#pragma once
/// What the suites of the owner's side check and prepare, beside its world.
#include "schemas/wire.hpp"
#include "tests/actors/partition/owner_world.hpp"

#include <map>
#include <set>

namespace recado::test {

/// seq per conversation as it stands in the table, ascending.
inline std::vector<std::int64_t> seqs_of(const owner_world& world, const conversation_id& where) {
  auto rows = world.db.query("select seq from message where conversation_id = '" + where.str() +
                             "' and seq is not null order by seq");
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.push_back(rows.get_int(i, 0));
  return out;
}

inline void require_gapless(const owner_world& world, const conversation_id& where,
                            std::size_t count) {
  auto seqs = seqs_of(world, where);
  BOOST_REQUIRE_EQUAL(seqs.size(), count);
  for (std::size_t i = 0; i < seqs.size(); ++i)
    BOOST_REQUIRE_EQUAL(seqs[i], static_cast<std::int64_t>(i) + 1);
}

/// The real rules, but a message "bomb" is more than they can bear.
inline effects decide_but_throw_at_bombs(const conversation_state& state,
                                         std::span<const undecided_ptr> commands,
                                         const facts& known, const conversation_limits& limits) {
  for (const auto& item : commands)
    if (const auto* send = std::get_if<send_message>(&item->what.body))
      if (send->payload == "bomb") throw std::runtime_error("boom");
  return decide(state, commands, known, limits);
}

/// `cmd`, a message, as a caller stores it when the stream does not take it.
inline store::statement to_inbox(const owner_world& world, const command& cmd) {
  return {
    "to_inbox",
    "insert into inbox (part, command_id, client_id, message_id, lane, received_at, envelope) "
    "values ($1, $2, $3, $4, 1, now(), $5)",
    store::params{}
      .add_int2(static_cast<std::int16_t>(world.part_of(cmd.conversation)))
      .add_uuid(cmd.id)
      .add_uuid(cmd.client)
      .add_uuid(std::get<send_message>(cmd.body).message)
      .add_bytes(encode(cmd)),
    store::expect::none};
}

} // namespace recado::test
