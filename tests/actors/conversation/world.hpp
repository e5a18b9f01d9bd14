#pragma once
/// A conversation on paper: commands in, committed state out, as the writer would do it.
#include "actors/conversation/decide.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::paper {

struct world {
  client_id client = client_id::make();
  conversation_state state;
  facts known;
  conversation_limits limits;

  world() {
    state.key = {client, conversation_id::make()};
    known.now = from_micros(1'000'000'000);
  }

  command make(command_body body, user_id acting = {}) const {
    command cmd;
    cmd.id = command_id::make();
    cmd.client = client;
    cmd.conversation = state.key.conversation;
    cmd.acting = std::move(acting);
    cmd.body = std::move(body);
    return cmd;
  }
  static send_message text(std::string from, std::string body, message_id id = message_id::make()) {
    send_message out;
    out.message = id;
    out.from = user_id{std::move(from)};
    out.payload = std::move(body);
    out.metadata = "{}";
    out.hash[0] = static_cast<std::uint8_t>(out.payload.size());
    return out;
  }
  static create_conversation group(std::initializer_list<const char*> users) {
    create_conversation out;
    for (const auto* user : users)
      out.members.push_back({user_id{user}, member_role::member});
    if (!out.members.empty()) out.members.front().role = member_role::admin;
    out.metadata = "{}";
    return out;
  }

  /// Decides one batch; with `commit`, its effects become the state and its messages known.
  effects batch(std::vector<command> commands, path came_by = path::direct, bool commit = true,
                bool follows_known = true) {
    std::vector<undecided_ptr> items;
    for (auto& cmd : commands) {
      undecided item;
      item.what = std::move(cmd);
      item.came_by = came_by;
      item.follows_known = follows_known;
      items.push_back(std::make_shared<const undecided>(std::move(item)));
    }
    auto out = decide(state, items, known, limits);
    BOOST_REQUIRE_EQUAL(out.answers.size(), items.size());
    if (commit) remember(out);
    return out;
  }
  reply one(command cmd) { return batch({std::move(cmd)}).answers.front().what; }

  void remember(const effects& out) {
    adopt(state, out);
    for (const auto& row : out.messages) {
      const auto& view = row.view;
      const auto& send = std::get<send_message>(row.cause->what.body);
      known.messages[{client, view.id}] = {view.conversation, row.cause->what.id, view.seq,
                                           view.from,         send.hash,          view.created_at,
                                           row.failure};
    }
    for (const auto& answer : out.answers)
      if (answer.remember) known.applied[answer.to->what.id] = answer.what;
  }
};

} // namespace recado::paper
