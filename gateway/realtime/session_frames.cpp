#include "gateway/realtime/session_core.hpp"
#include "gateway/shapes/conversation.hpp"
#include "gateway/shapes/ids.hpp"
#include "gateway/shapes/message.hpp"
#include "runtime/observe/trace.hpp"

namespace recado::realtime {
namespace {

constexpr int not_authenticated = 4401;
constexpr std::size_t frame_id_bytes_max = 256;

/// The frame's id as JSON: a string, a number or null.
std::string id_in(json::fields& in) {
  const auto* found = in.find("id");
  if (!found || found->null()) return "null";
  auto text = json::to_text(*found);
  bool fits = text.size() <= frame_id_bytes_max;
  if ((found->text() || found->numeric()) && fits) return text;
  in.wrong("id", fits ? "a string or a number was expected"
                      : "at most " + std::to_string(frame_id_bytes_max) + " bytes");
  return "null";
}

} // namespace

// What comes in.

void session_core::on_text(std::string text) {
  if (stage_ == stage::closing) return;
  if (stage_ == stage::attaching)
    return backlog_.push_back(std::move(text)); // the peer bounds them
  handle(std::move(text));
}

void session_core::handle(std::string text) {
  auto in = parse(text);
  if (!in) return port_.consumed();
  if (stage_ == stage::unknown) {
    first_frame(*in);
    return port_.consumed();
  }
  dispatch(*in); // consumes when it is dealt with
}

std::optional<session_core::inbound> session_core::parse(const std::string& text) {
  inbound out;
  auto parsed = json::parse(text, config_.limits.json_depth_max);
  if (!parsed) {
    bad_frame(parsed.error(), "null");
    return std::nullopt;
  }
  out.body = std::move(*parsed);
  json::complaints wrong;
  json::fields in{out.body.root, "", wrong};
  if (!out.body.root.members()) {
    bad_frame(wrong.as_problem(), "null");
    return std::nullopt;
  }
  out.id = id_in(in);
  in.require("type");
  out.type = in.text("type", {1, 64}).value_or("");
  wrong.add(out.body.flaws);
  if (!wrong.any()) return out;
  send_error(out.id, wrong.as_problem());
  return std::nullopt;
}

void session_core::first_frame(const inbound& in) {
  json::complaints wrong;
  json::fields fields{in.body.root, "", wrong};
  fields.find("type");
  fields.find("id");
  fields.require("token");
  auto token = fields.text("token", {1, 8192});
  fields.finish();
  ready_id_ = in.id;
  if (in.type != "auth" || !token) {
    send_error(in.id, problem{ec::unauthorized, "the first frame must be auth with a token"});
    return shut(not_authenticated, "no token");
  }
  auto verdict = port_.verify(*token);
  if (verdict.who) return become(*verdict.who);
  send_error(in.id, verdict.who.error());
  shut(not_authenticated, "invalid token");
}

void session_core::dispatch(const inbound& in) {
  if (in.type == "resume") return on_resume(in);
  if (grace_) end_grace();
  if (in.type == "send") return on_send(in);
  if (in.type == "receipt") return on_receipt(in);
  if (in.type == "typing") return on_typing(in);
  if (in.type == "presence") return on_presence(in);
  json::complaints wrong;
  wrong.wrong("/type", in.type == "auth" ? "already authenticated" : "unknown type of frame");
  send_error(in.id, wrong.as_problem());
  port_.consumed();
}

/// Answers and consumes if the token lacks the scope.
bool session_core::may(auth::scope needed, const inbound& in) {
  if (who_.scopes.has(needed)) return true;
  send_error(in.id, problem{ec::insufficient_scope,
                            "the scope " + std::string{auth::to_string(needed)} + " is required"});
  port_.consumed();
  return false;
}

/// Likewise if the token may not speak for the named user.
std::optional<user_id> session_core::speaker(const std::optional<user_id>& named,
                                             const inbound& in) {
  if (!who_.is_user()) return named.value_or(user_id{});
  if (!named || *named == who_.user) return who_.user;
  send_error(in.id, problem{ec::forbidden_sender});
  port_.consumed();
  return std::nullopt;
}

command session_core::make_command(const conversation_id& where, command_body body) const {
  command out;
  out.id = command_id::make();
  out.id_made = true;
  out.client = who_.client;
  out.conversation = where;
  out.acting = who_.user;
  out.received_at = port_.now();
  out.trace = observe::trace_context::start().traceparent();
  out.origin = self_;
  out.body = std::move(body);
  return out;
}

void session_core::submit(const inbound& in, command what, const message_id& message) {
  auto ticket = ++last_ticket_;
  pending_.emplace(ticket, pending{in.id, !message.nil(), message, what.conversation});
  if (!message.nil()) sending_[message] = ticket;
  port_.submit(ticket, std::move(what));
}

void session_core::on_send(const inbound& in) {
  if (!may(auth::scope::messages_write, in)) return;
  json::complaints wrong;
  json::fields fields{in.body.root, "", wrong};
  fields.find("type");
  fields.find("id");
  shapes::message_request asked;
  fields.require("conversation_id");
  if (auto id = fields.id("conversation_id")) asked.conversation = conversation_id{*id};
  if (auto id = fields.id("message_id")) asked.message = message_id{*id};
  asked.from = fields.user("from", json::nullable::as_absent);
  asked.what = shapes::read_content(fields, config_.limits, wrong);
  fields.finish();
  if (wrong.any()) {
    send_error(in.id, wrong.as_problem());
    return port_.consumed();
  }
  auto from = speaker(asked.from, in);
  if (!from) return;
  auto priority = asked.what.priority;
  auto whole = shapes::address(who_.client, std::move(asked), *from);
  auto id = whole.body.message;
  auto what = make_command(whole.conversation, std::move(whole.body));
  what.priority = priority;
  submit(in, std::move(what), id);
}

void session_core::on_receipt(const inbound& in) {
  if (!may(auth::scope::messages_write, in)) return;
  json::complaints wrong;
  json::fields fields{in.body.root, "", wrong};
  fields.find("type");
  fields.find("id");
  fields.require("conversation_id");
  auto where = fields.id("conversation_id");
  auto asked = shapes::read_receipt(fields, "kind");
  if (!who_.is_user()) fields.require("user_id");
  fields.finish();
  if (wrong.any()) {
    send_error(in.id, wrong.as_problem());
    return port_.consumed();
  }
  auto user = speaker(asked.user, in);
  if (!user) return;
  submit(in,
         make_command(conversation_id{*where}, send_receipt{*user, asked.kind, asked.up_to_seq}),
         {});
}

void session_core::on_typing(const inbound& in) {
  if (!may(auth::scope::messages_write, in)) return;
  json::complaints wrong;
  json::fields fields{in.body.root, "", wrong};
  fields.find("type");
  fields.find("id");
  fields.require("conversation_id");
  auto where = fields.id("conversation_id");
  auto asked = shapes::read_typing(fields);
  if (!who_.is_user()) fields.require("user_id");
  fields.finish();
  if (wrong.any()) {
    send_error(in.id, wrong.as_problem());
    return port_.consumed();
  }
  auto user = speaker(asked.user, in);
  if (!user) return;
  auto ticket = ++last_ticket_;
  pending_.emplace(ticket, pending{in.id, false, {}, {}});
  port_.tell_typing(ticket, {who_.client, conversation_id{*where}, *user, asked.on});
}

void session_core::on_presence(const inbound& in) {
  if (!may(auth::scope::messages_write, in)) return;
  json::complaints wrong;
  json::fields fields{in.body.root, "", wrong};
  fields.find("type");
  fields.find("id");
  fields.require("status");
  auto status = fields.word("status", {"online", "away"});
  fields.finish();
  if (!who_.is_user()) wrong.wrong("/type", "a client has no presence, only its users have");
  if (wrong.any()) {
    send_error(in.id, wrong.as_problem());
    return port_.consumed();
  }
  auto ticket = ++last_ticket_;
  pending_.emplace(ticket, pending{in.id, false, {}, {}});
  port_.tell_presence(ticket, *status == 0 ? presence_status::online : presence_status::away);
}

} // namespace recado::realtime
