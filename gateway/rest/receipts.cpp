#include "gateway/json/writer.hpp"
#include "gateway/rest/api.hpp"
#include "gateway/rest/commands.hpp"
#include "gateway/shapes/conversation.hpp"
#include "gateway/shapes/problem_body.hpp"

#include <algorithm>

namespace recado::rest {
namespace {

/// The user that a body names, or the token's own; complains if there is neither.
void require_user(const call& on, const std::optional<user_id>& named, json::fields& in) {
  if (!named && !on.who.is_user()) in.require("user_id");
}

std::string receipt_body(const conversation_id& id, const user_id& user, receipt_kind kind,
                         std::int64_t seq) {
  std::string out;
  json::writer{out}
    .begin_object()
    .field("conversation_id", id)
    .field("user_id", user)
    .field("type", to_string(kind))
    .field("up_to_seq", seq)
    .end_object();
  return out;
}

std::string typing_body(const typing_notice& what) {
  std::string out;
  json::writer{out}
    .begin_object()
    .field("conversation_id", what.conversation)
    .field("user_id", what.user)
    .field("on", what.on)
    .end_object();
  return out;
}

bool has_member(const conversation_record& in, const user_id& user) {
  return std::any_of(in.members.begin(), in.members.end(),
                     [&](const member_record& each) { return each.user == user; });
}

} // namespace

void api::post_receipt(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  json::fields in{on->body.root, "", wrong};
  auto asked = shapes::read_receipt(in, "type");
  require_user(*on, asked.user, in);
  in.finish();
  if (refused(on, wrong)) return;
  auto user = speaker(on, asked.user);
  if (!user) return;
  auto id = id_param<conversation_id>(on, 0, ec::conversation_not_found);
  if (!id) return;
  auto what = make_command(*on, *id, send_receipt{*user, asked.kind, asked.up_to_seq});
  below_.commands->submit(std::move(what), uuid{},
                          [on, id = *id, user = *user, kind = asked.kind](reply said) {
                            if (said.ok())
                              return on->answer(200, receipt_body(id, user, kind, said.seq));
                            on->fail(shapes::problem_of(said, on->who.user));
                          });
}

void api::post_typing(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  json::fields in{on->body.root, "", wrong};
  auto asked = shapes::read_typing(in);
  require_user(*on, asked.user, in);
  in.finish();
  if (refused(on, wrong)) return;
  auto user = speaker(on, asked.user);
  if (!user) return;
  auto id = id_param<conversation_id>(on, 0, ec::conversation_not_found);
  if (!id) return;
  typing_notice notice{on->who.client, *id, *user, asked.on};
  below_.history->conversation(
    on->who.client, *id, on->who.user,
    then<conversation_record>(on, [this, on, notice](const conversation_record& got) {
      if (!has_member(got, notice.user)) {
        problem refusal{ec::not_a_member};
        refusal.errors.push_back({"/user_id", "not a member of the conversation"});
        return on->fail(refusal);
      }
      around_.tell_typing(notice);
      on->answer(200, typing_body(notice));
    }));
}

} // namespace recado::rest
