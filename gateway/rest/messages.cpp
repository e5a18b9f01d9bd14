#include "gateway/shapes/message.hpp"

#include "gateway/auth/base64url.hpp"
#include "gateway/rest/api.hpp"
#include "gateway/rest/commands.hpp"
#include "gateway/rest/query.hpp"
#include "gateway/shapes/cursor.hpp"
#include "gateway/shapes/ids.hpp"
#include "schemas/digest.hpp"

#include <charconv>
#include <limits>

namespace recado::rest {
namespace {

void answer_accepted(const call_ptr& on, const message_id& id, const reply& said) {
  std::vector<http::header> headers{{"Location", "/v1/messages/" + id.str()}};
  if (said.replayed) headers.push_back({"Idempotency-Replayed", "true"});
  if (said.stored) return on->answer(202, shapes::stored_body(id), std::move(headers));
  auto whole = said;
  whole.message = id;
  on->answer(201, shapes::accepted_body(whole), std::move(headers));
}

std::string etag_of(std::string_view body) {
  return '"' + auth::base64url(sha256(body).substr(0, 12)) + '"';
}

void answer_message(const call_ptr& on, const message_record& got) {
  auto body = shapes::body_of(got, shapes::append_full_message);
  auto etag = etag_of(body);
  bool known = on->asked.header_value("If-None-Match") == etag;
  if (known) body.clear();
  on->answer(known ? 304 : 200, std::move(body), {{"ETag", etag}});
}

bool wholly_sent(status state) {
  return state == status::sent || state == status::delivered || state == status::read;
}

std::optional<status> state_in(query& from) {
  auto text = from.find("status");
  if (!text) return std::nullopt;
  auto out = status_of(*text);
  if (!out) from.complaints.wrong("/status", "not a status");
  return out;
}

std::optional<std::string> channel_in(query& from) {
  auto name = from.find("channel");
  if (name && !shapes::channel_name(*name)) from.complaints.wrong("/channel", "not a channel");
  return name;
}

history_service::message_filter filter_in(query& from) {
  history_service::message_filter out;
  if (auto id = from.id("conversation_id")) out.conversation = conversation_id{*id};
  out.user = from.user("user_id");
  out.state = state_in(from);
  out.channel = channel_in(from);
  out.from = from.time("from");
  out.to = from.time("to");
  return out;
}

// A page of a conversation goes on from a seq: upwards, or downwards if only before_seq was given.
// The cursor carries all of it, so that the cursor alone finds the next page.

std::string position_of(const history_service::range& asked, const std::string& next) {
  if (next.empty()) return {};
  bool down = asked.before_seq && !asked.since_seq;
  if (down) return "d" + next;
  return "u" + next + '.' + (asked.before_seq ? std::to_string(*asked.before_seq) : "");
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void go_on(history_service::range& which, std::string_view position) {
  bool down = position.starts_with('d');
  auto dot = std::min(position.find('.'), position.size());
  auto at = number_in(position.substr(1, dot - 1));
  which.since_seq = down ? std::nullopt : at;
  which.before_seq = down ? at : number_in(position.substr(std::min(dot + 1, position.size())));
}

result<history_service::range> range_in(const call& on, query& from, const gateway_limits& limits,
                                        std::string& list) {
  constexpr auto seq_max = std::numeric_limits<std::int64_t>::max();
  history_service::range out;
  out.since_seq = from.integer(from.find("since_seq") ? "since_seq" : "since", 0, seq_max);
  out.before_seq = from.integer("before_seq", 0, seq_max);
  auto at = read_page(on, from, limits, {});
  if (!at) return failure{at.error()};
  out.limit = at->limit;
  list = at->list;
  if (!at->after.empty()) go_on(out, at->after);
  return out;
}

} // namespace

void api::post_message(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  auto asked = shapes::read_message(on->body.root, config_.limits, wrong);
  auto from = speaker(on, asked.from);
  if (!from || refused(on, wrong)) return;
  if (auto bad = check_idempotency_key(*on)) return on->fail(*bad);
  if (!asked.message) asked.message = message_of_key(*on);
  auto priority = asked.what.priority;
  auto whole = shapes::address(on->who.client, std::move(asked), *from);
  auto id = whole.body.message;
  auto what = make_command(*on, whole.conversation, std::move(whole.body));
  what.priority = priority;
  submit(on, std::move(what), [on, id](const reply& said) { answer_accepted(on, id, said); });
}

void api::get_message(const call_ptr& on) {
  auto id = id_param<message_id>(on, 0, ec::message_not_found);
  if (!id) return;
  below_.history->message(
    on->who.client, *id, on->who.user,
    then<message_record>(on, [on](const message_record& got) { answer_message(on, got); }));
}

void api::list_messages(const call_ptr& on) {
  auto asked = query::of(*on);
  if (!asked) return on->fail(asked.error());
  auto filter = filter_in(*asked);
  auto at = read_page(*on, *asked, config_.limits,
                      {"conversation_id", "user_id", "channel", "status", "from", "to"});
  if (!at) return on->fail(at.error());
  below_.history->search(on->who.client, on->who.user, std::move(filter), at->after, at->limit,
                         answer_page<message_record>(on, at->list, shapes::append_message));
}

void api::list_conversation_messages(const call_ptr& on) {
  auto asked = query::of(*on);
  if (!asked) return on->fail(asked.error());
  std::string list;
  auto which = range_in(*on, *asked, config_.limits, list);
  if (!which) return on->fail(which.error());
  auto id = id_param<conversation_id>(on, 0, ec::conversation_not_found);
  if (!id) return;
  below_.history->messages(
    on->who.client, *id, on->who.user, *which,
    then<page<message_record>>(on, [on, list, which = *which](const page<message_record>& got) {
      auto cursor = next_cursor(list, position_of(which, got.next));
      on->answer(200, shapes::page_body<message_record>(got.items, cursor, shapes::append_message),
                 link_to_next(*on, cursor));
    }));
}

void api::get_message_history(const call_ptr& on) {
  auto asked = query::of(*on);
  if (!asked) return on->fail(asked.error());
  auto at = read_page(*on, *asked, config_.limits, {});
  if (!at) return on->fail(at.error());
  auto id = id_param<message_id>(on, 0, ec::message_not_found);
  if (!id) return;
  below_.history->message_history(
    on->who.client, *id, on->who.user, at->after, at->limit,
    answer_page<history_record>(on, at->list, shapes::append_history));
}

void api::get_message_trace(const call_ptr& on) {
  auto id = id_param<message_id>(on, 0, ec::message_not_found);
  if (!id) return;
  below_.history->trace(on->who.client, *id, on->who.user,
                        then<trace_record>(on, [on](const trace_record& got) {
                          on->answer(200, shapes::trace_body(got));
                        }));
}

void api::cancel(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  if (!on->asked.body.empty()) json::fields{on->body.root, "", wrong}.finish();
  if (refused(on, wrong)) return;
  auto id = id_param<message_id>(on, 0, ec::message_not_found);
  if (!id) return;
  below_.history->message(on->who.client, *id, on->who.user,
                          then<message_record>(on, [this, on, id = *id](const message_record& got) {
                            // Statuses only go forward: PostgreSQL's word is enough.
                            if (wholly_sent(got.state)) return on->fail(problem{ec::already_sent});
                            submit(on, make_command(*on, got.view.conversation, cancel_message{id}),
                                   [this, on, id](const reply&) {
                                     below_.history->message(
                                       on->who.client, id, on->who.user,
                                       then<message_record>(on, [on](const message_record& now) {
                                         answer_message(on, now);
                                       }));
                                   });
                          }));
}

} // namespace recado::rest
