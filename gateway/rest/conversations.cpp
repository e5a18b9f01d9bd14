#include "gateway/shapes/conversation.hpp"

#include "gateway/rest/api.hpp"
#include "gateway/rest/commands.hpp"
#include "gateway/rest/query.hpp"
#include "gateway/shapes/ids.hpp"
#include "gateway/shapes/problem_body.hpp"

namespace recado::rest {
namespace {

/// The conversation as it was made: what a replay shows, too.
conversation_record made(const conversation_id& id, const create_conversation& from, wall_time at) {
  conversation_record out;
  out.id = id;
  out.type = from.type;
  out.title = from.title;
  out.metadata = from.metadata;
  out.created_at = at;
  for (const auto& each : from.members)
    out.members.push_back({each.user, each.role, at, 0});
  return out;
}

std::optional<conversation_type> type_in(query& from) {
  auto text = from.find("type");
  for (auto each :
       {conversation_type::private_, conversation_type::group, conversation_type::direct})
    if (text && *text == to_string(each)) return each;
  if (text) from.complaints.wrong("/type", "one of private, group, direct was expected");
  return std::nullopt;
}

} // namespace

void api::post_conversation(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  auto asked = shapes::read_conversation(on->body.root, on->who.user, config_.limits, wrong);
  if (refused(on, wrong)) return;
  if (auto bad = check_idempotency_key(*on)) return on->fail(*bad);
  // The key decides the id, so that a retry finds the conversation even if its answer was lost.
  auto key = idempotency_key(*on);
  bool by_key = key && !asked.conversation;
  auto id = asked.conversation ? *asked.conversation
            : by_key           ? shapes::conversation_of_key(on->who.client, *key)
                               : conversation_id::make();
  auto what = make_command(*on, id, asked.body);
  below_.commands->submit(
    std::move(what), uuid{}, [on, id, by_key, body = std::move(asked.body)](reply said) {
      if (said.code == ec::conversation_exists && by_key) said.code = ec::idempotency_mismatch;
      if (!said.ok()) return on->fail(shapes::problem_of(said, on->who.user));
      std::vector<http::header> headers{{"Location", "/v1/conversations/" + id.str()}};
      if (said.replayed) headers.push_back({"Idempotency-Replayed", "true"});
      on->answer(201, shapes::body_of(made(id, body, said.at), shapes::append_conversation),
                 std::move(headers));
    });
}

void api::list_conversations(const call_ptr& on) {
  auto asked = query::of(*on);
  if (!asked) return on->fail(asked.error());
  auto named = asked->user("user_id");
  auto type = type_in(*asked);
  auto at = read_page(*on, *asked, config_.limits, {"user_id", "type"});
  if (!at) return on->fail(at.error());
  auto member = speaker(on, named);
  if (!member) return;
  below_.history->conversations(
    on->who.client, *member, type, at->after, at->limit,
    answer_page<conversation_record>(on, at->list, shapes::append_conversation));
}

void api::get_conversation(const call_ptr& on) {
  auto id = id_param<conversation_id>(on, 0, ec::conversation_not_found);
  if (!id) return;
  below_.history->conversation(on->who.client, *id, on->who.user,
                               then<conversation_record>(on, [on](const conversation_record& got) {
                                 on->answer(200, shapes::body_of(got, shapes::append_conversation));
                               }));
}

void api::post_member(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  auto entry = shapes::read_member(on->body.root, wrong);
  if (refused(on, wrong)) return;
  auto id = id_param<conversation_id>(on, 0, ec::conversation_not_found);
  if (!id) return;
  auto hash = shapes::hash_of(json::canonical(on->body.root));
  kept_.run(on, hash, {}, [this, on, id = *id, entry, hash](kept_answers::finish done) {
    auto what = make_command(*on, id, add_member{entry});
    if (auto key = idempotency_key(*on)) {
      what.id = shapes::command_of_key(on->who.client, on->method + ' ' + on->path, *key, hash);
      what.id_made = false; // every try with this key has it
    }
    below_.commands->submit(std::move(what), uuid{}, [on, entry, done](reply said) {
      if (!said.ok()) return done(failure{shapes::problem_of(said, on->who.user)});
      member_record member{entry.user, said.role, said.at, said.seq};
      done(
        kept_answers::stored{201, shapes::body_of(member, shapes::append_member), said.replayed});
    });
  });
}

void api::delete_member(const call_ptr& on) {
  auto id = id_param<conversation_id>(on, 0, ec::conversation_not_found);
  if (!id) return;
  if (!user_id::valid(on->params.at(1))) return on->fail(problem{ec::member_not_found});
  submit(on, make_command(*on, *id, remove_member{user_id{on->params[1]}}),
         [on](const reply&) { on->answer(204, ""); });
}

} // namespace recado::rest
