#pragma once
/// Deliveries in a real database, written as an owner's commit writes them.
#include "actors/delivery/feed_queries.hpp"
#include "actors/history/history.hpp"
#include "actors/journal/delivery_facts.hpp"
#include "actors/journal/delivery_rows.hpp"
#include "schemas/deliveries.hpp"
#include "tests/actors/domain_database.hpp"

#include <fmt/format.h>

namespace recado::test {

struct delivery_world {
  domain_database& db = domain_database::shared();
  std::shared_ptr<history_service> history = make_history(db.pool());
  client_id client = client_id::make();
  wall_time now = *parse_rfc3339("2026-11-22T10:00:00Z");
  std::int64_t last_seq = 0;

  account_key account(std::string name = "main") const { return {client, "email", name}; }

  conversation_id make_conversation() {
    auto id = conversation_id::make();
    db.exec(fmt::format("insert into conversation values ('{}', '{}', 1, 1, 'Bar', '{{}}', 100, 7, "
                        "now(), now(), '\\x00')",
                        client.str(), id.str()));
    return id;
  }
  message_id make_message(const conversation_id& in, int in_app = 0, int deliveries = 1) {
    auto id = message_id::make();
    db.exec(fmt::format(
      "insert into message values ('{}', '{}', {}, '{}', gen_random_uuid(), 'ana', "
      "'{{\"type\":\"text\"}}', '{{}}', 1, '{}', null, '\\x00', null, 1, 1, 'n1', 0, 't', now(), "
      "now(), 0, 0, {}, {})",
      client.str(), in.str(), ++last_seq, id.str(), to_rfc3339(now), in_app, deliveries));
    return id;
  }
  delivery_state make_delivery(const message_id& message, std::string address,
                               status state = status::queued, lane priority = lane::standard) {
    delivery_state out;
    out.id = external_delivery(message, "email", {}, address);
    out.message = message;
    out.seq = last_seq;
    out.sender = user_id{"ana"};
    out.channel = "email";
    out.account = "main";
    out.address = std::move(address);
    out.priority = priority;
    out.now = out.reached = state;
    out.due = out.created_at = out.updated_at = now;
    return out;
  }
  /// Writes rows and lines as a commit does.
  void commit(const effects& what) {
    journal::delivery_rows rows;
    rows.add(what);
    std::vector<store::statement> all;
    rows.append_to(all);
    for (const auto& one : all)
      db.run(one);
  }
  effects effects_of(const conversation_id& in, std::vector<delivery_state> states, bool fresh,
                     partition_id part = 1) const {
    effects out;
    out.key = {client, in};
    out.part = part;
    for (auto& state : states)
      out.deliveries.push_back({std::move(state), fresh});
    return out;
  }
  void add(const conversation_id& in, std::vector<delivery_state> states, partition_id part = 1) {
    commit(effects_of(in, std::move(states), true, part));
  }
  feed::open_rows load(std::size_t limit = 500, std::vector<partition_id> parts = {1, 2}) {
    auto found = db.run(feed::open_of(account(), parts, limit));
    return feed::open_rows_of(found, account(), {{1, 10}, {2, 20}}, limit);
  }
};

} // namespace recado::test
