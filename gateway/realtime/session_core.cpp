#include "gateway/realtime/session_core.hpp"

#include "gateway/json/writer.hpp"
#include "gateway/shapes/problem_body.hpp"

namespace recado::realtime {
namespace {
constexpr std::size_t own_messages_max = 4096;
constexpr int policy_violation = 1008, try_again_later = 1013, not_authenticated = 4401,
              not_allowed = 4403, too_slow = 4408;
} // namespace

// What goes out, and the life of the connection. What comes in: session_frames.cpp; resume:
// session_resume.cpp.

void session_core::start(std::optional<auth::principal> who) {
  if (who)
    become(*who);
  else
    port_.wake_in(alarm::auth_timeout, config_.realtime.auth_timeout);
}

void session_core::become(const auth::principal& who) {
  who_ = who;
  if (!who_.scopes.has(auth::scope::messages_read)) {
    send_error(ready_id_, problem{ec::insufficient_scope, "the scope messages:read is required"});
    return shut(not_allowed, "insufficient scope");
  }
  stage_ = stage::attaching;
  port_.attach(who_);
}

void session_core::on_attached(const result<void>& outcome) {
  if (stage_ != stage::attaching) return;
  if (!outcome) {
    send_error(ready_id_, outcome.error());
    if (outcome.error().code == ec::invalid_token) return shut(not_authenticated, "invalid token");
    return shut(try_again_later, "try again later");
  }
  stage_ = stage::ready;
  grace_ = true;
  if (kind_ != kind::socket) return port_.ask_standings(); // on_standings goes on
  send_ready();
  port_.wake_in(alarm::grace_over, config_.realtime.resume_grace);
  while (!backlog_.empty() && stage_ == stage::ready) {
    auto next = std::move(backlog_.front());
    backlog_.pop_front();
    handle(std::move(next));
  }
}

void session_core::send_ready() {
  std::string text;
  json::writer{text}
    .begin_object()
    .field("type", "ready")
    .field_raw("id", ready_id_)
    .field("user_id", who_.user)
    .end_object();
  port_.send(std::move(text));
}

void session_core::on_alarm(alarm what) {
  if (what == alarm::auth_timeout && stage_ == stage::unknown)
    shut(not_authenticated, "no token in time");
  if (what == alarm::grace_over && grace_) end_grace();
  if (what == alarm::resume_poll && !resumes_.empty()) read_on();
}

void session_core::shut(int code, std::string reason) {
  if (stage_ == stage::closing) return;
  stage_ = stage::closing;
  port_.close(code, std::move(reason));
}

// --- live frames -------------------------------------------------------------------------------

void session_core::on_frame(const frame& what) {
  if (stage_ != stage::ready) return;
  if (held_back(what.conversation))
    hold(what);
  else
    send_message(what);
}

void session_core::send_message(const frame& what) {
  if (what.seq == 0) return port_.send(*what.text);
  auto& at = progress_[what.conversation];
  if (what.seq <= at.last) return;
  if (at.first == 0) at.first = what.seq;
  at.last = what.seq;
  port_.passed(what.conversation, what.seq);
  if (!own(what)) port_.send(*what.text);
}

/// Did this session send the message, and is its ack all that it gets?
bool session_core::own(const frame& what) {
  if (stored_.erase(what.message) > 0) return false; // its ack had no seq: here it comes
  if (sent_young_.contains(what.message) || sent_old_.contains(what.message)) return true;
  if (auto found = sending_.find(what.message); found != sending_.end()) {
    auto& waiting = pending_.at(found->second);
    waiting.seen_seq = what.seq;
    waiting.seen_at = what.created_at;
    return true;
  }
  return what.origin == self_;
}

void session_core::remember(const message_id& id) {
  if (sent_young_.size() >= own_messages_max / 2) sent_old_ = std::exchange(sent_young_, {});
  sent_young_.insert(id);
}

// --- answers -----------------------------------------------------------------------------------

void session_core::on_reply(std::uint64_t ticket, const reply& said) {
  auto found = pending_.extract(ticket);
  if (found.empty()) return;
  const auto& what = found.mapped();
  if (what.message) sending_.erase(what.message_sent);
  if (what.seen_seq > 0) {
    send_message_ack(what, said); // its event came: it is committed, whatever the answer is
  } else if (!said.ok()) {
    send_error(what.id, shapes::problem_of(said, who_.user));
    if (said.code == ec::invalid_token) shut(not_authenticated, "invalid token");
  } else if (what.message) {
    send_message_ack(what, said);
  } else {
    send_ack(what.id);
  }
  port_.consumed();
}

void session_core::send_message_ack(const pending& what, const reply& said) {
  bool decided = said.ok() && !said.stored;
  auto seq = decided ? said.seq : what.seen_seq;
  if (seq > 0)
    remember(what.message_sent);
  else if (stored_.size() < own_messages_max)
    stored_.insert(what.message_sent);
  std::string text;
  json::writer to{text};
  to.begin_object()
    .field("type", "ack")
    .field_raw("id", what.id)
    .field("message_id", what.message_sent)
    .field("conversation_id", what.conversation)
    .key("seq");
  seq > 0 ? to.put(seq) : to.null();
  to.key("created_at");
  seq > 0 ? to.put(decided ? said.at : what.seen_at) : to.null();
  to.field("replayed", said.replayed).end_object();
  port_.send(std::move(text));
}

void session_core::on_typed(std::uint64_t ticket, bool known) {
  auto found = pending_.extract(ticket);
  if (found.empty()) return;
  if (known)
    send_ack(found.mapped().id);
  else
    send_error(found.mapped().id, problem{ec::conversation_not_found});
  port_.consumed();
}

void session_core::send_ack(const std::string& id) {
  std::string text;
  json::writer{text}.begin_object().field("type", "ack").field_raw("id", id).end_object();
  port_.send(std::move(text));
}

void session_core::send_error(const std::string& id, const problem& why,
                              const conversation_id& about) {
  std::string text;
  json::writer to{text};
  to.begin_object().field("type", "error").field_raw("id", id);
  shapes::append_problem(to, why);
  if (!about.nil()) to.field("conversation_id", about);
  to.end_object();
  port_.send(std::move(text));
}

void session_core::bad_frame(const problem& why, const std::string& id) {
  send_error(id, why);
  if (++bad_frames_ >= config_.realtime.bad_frames_max)
    shut(policy_violation, "too many bad frames");
}

// --- holding back ------------------------------------------------------------------------------

bool session_core::held_back(const conversation_id& what) const {
  if (grace_) return true;
  for (const auto& each : resumes_)
    if (each.holding.contains(what)) return true;
  return false;
}

void session_core::hold(const frame& what) {
  if (++held_count_ > config_.realtime.held_frames_max)
    return shut(too_slow, "too much to hold back");
  held_[what.conversation].push_back(what);
}

void session_core::release(const conversation_id& what) {
  if (held_back(what)) return; // by another resume
  auto found = held_.extract(what);
  if (found.empty()) return;
  held_count_ -= found.mapped().size();
  for (const auto& each : found.mapped())
    send_message(each);
}

void session_core::end_grace() {
  grace_ = false;
  std::vector<conversation_id> all;
  all.reserve(held_.size());
  for (const auto& [conversation, frames] : held_)
    all.push_back(conversation);
  for (const auto& each : all)
    release(each);
}

} // namespace recado::realtime
