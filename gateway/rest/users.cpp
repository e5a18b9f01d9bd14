#include "gateway/shapes/user.hpp"

#include "gateway/rest/api.hpp"
#include "gateway/rest/commands.hpp"
#include "gateway/rest/query.hpp"

namespace recado::rest {
namespace {

using shapes::body_of;

/// The user in the path; a name that cannot be one is an unknown user.
std::optional<user_id> user_param(const call_ptr& on) {
  if (user_id::valid(on->params.at(0))) return user_id{on->params[0]};
  on->fail(problem{ec::user_not_found});
  return std::nullopt;
}

/// In a PUT the same is a bad value.
void check_user_param(const call& on, json::complaints& into) {
  if (!user_id::valid(on.params.at(0)))
    into.wrong("/user_id", "a user id is 1 to 128 of A-Z a-z 0-9 . _ : @ + -");
}

} // namespace

void api::list_users(const call_ptr& on) {
  auto asked = query::of(*on);
  if (!asked) return on->fail(asked.error());
  auto at = read_page(*on, *asked, config_.limits, {});
  if (!at) return on->fail(at.error());
  below_.directory->list_users(on->who.client, at->after, at->limit,
                               answer_page<user_record>(on, at->list, shapes::append_user));
}

void api::put_user(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  check_user_param(*on, wrong);
  auto fields = shapes::read_user_fields(on->body.root, config_.limits, wrong);
  if (refused(on, wrong)) return;
  using upserted = directory_service::upserted<user_record>;
  below_.directory->put_user(on->who.client, user_id{on->params[0]}, std::move(fields),
                             then<upserted>(on, [on](const upserted& got) {
                               on->answer(got.created ? 201 : 200,
                                          body_of(got.value, shapes::append_user));
                             }));
}

void api::get_user(const call_ptr& on) {
  auto user = user_param(on);
  if (!user) return;
  below_.directory->get_user(on->who.client, *user,
                             then<user_record>(on, [on](const user_record& got) {
                               on->answer(200, body_of(got, shapes::append_user));
                             }));
}

void api::delete_user(const call_ptr& on) {
  auto user = user_param(on);
  if (!user) return;
  below_.directory->delete_user(on->who.client, *user,
                                then<bool>(on, [this, on, user = *user](bool) {
                                  around_.user_deleted(on->who.client, user);
                                  on->answer(204, "");
                                }));
}

void api::list_identities(const call_ptr& on) {
  auto user = user_param(on);
  if (!user) return;
  below_.directory->list_identities(
    on->who.client, *user, then<std::vector<identity_record>>(on, [on](const auto& got) {
      on->answer(200, shapes::page_body<identity_record>(got, "", shapes::append_identity));
    }));
}

void api::put_identity(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  check_user_param(*on, wrong);
  const auto& channel = on->params.at(1);
  if (!shapes::identity_channel(channel)) wrong.wrong("/channel", "not a channel with addresses");
  auto fields = shapes::read_identity(on->body.root, channel, wrong);
  if (refused(on, wrong)) return;
  using upserted = directory_service::upserted<identity_record>;
  below_.directory->put_identity(on->who.client, user_id{on->params[0]}, std::move(fields),
                                 then<upserted>(on, [on](const upserted& got) {
                                   on->answer(got.created ? 201 : 200,
                                              body_of(got.value, shapes::append_identity));
                                 }));
}

void api::delete_identity(const call_ptr& on) {
  auto user = user_param(on);
  if (!user) return;
  if (!shapes::identity_channel(on->params.at(1))) return on->fail(problem{ec::identity_not_found});
  below_.directory->delete_identity(on->who.client, *user, on->params[1],
                                    then<bool>(on, [on](bool) { on->answer(204, ""); }));
}

} // namespace recado::rest
