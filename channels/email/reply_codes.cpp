#include "channels/email/reply_codes.hpp"

#include "channels/answers.hpp"

namespace recado::channels::email {
namespace {

using http::mail_step;
using enum outcome_class;
using enum provider_health;

struct reading {
  outcome_class what;
  provider_health health;
};

/// The subject of an enhanced code: "5.1.1" → "1.1".
std::string_view subject_of(const http::mail_reply& reply) {
  return reply.enhanced.size() > 2 ? std::string_view{reply.enhanced}.substr(2)
                                   : std::string_view{};
}

/// 4yz: later. Whether others would get through depends on what was refused: a recipient who is
/// grey-listed says nothing about the server.
reading transient(const http::mail_reply& reply) {
  bool about_this_mail =
    reply.code != 421 && (reply.at == mail_step::recipient || reply.at == mail_step::content);
  return {retry, about_this_mail ? well : ill};
}

/// A 5yz to RCPT: mostly the mailbox, sometimes us.
reading recipient_refused(const http::mail_reply& reply) {
  auto subject = subject_of(reply);
  if (subject == "2.2") return {retry, well}; // the mailbox is full
  if (subject == "2.3" || subject == "3.4") return {permanent_message, well};
  if (subject.starts_with("7.")) return {config, unsaid}; // relaying denied, blocked
  if (!subject.empty()) return {permanent_recipient, well};
  switch (reply.code) {
  case 552: // over quota, in old servers' words
    return {retry, well};
  case 500:
  case 502:
  case 503:
  case 504:
    return {config, ill};
  default:
    return {permanent_recipient, well};
  }
}

/// A 5yz to the message itself.
reading content_refused(const http::mail_reply& reply) {
  auto subject = subject_of(reply);
  if (subject == "2.2") return {retry, well};
  if (subject.starts_with("1.") || subject == "2.1") return {permanent_recipient, well};
  return {permanent_message, well}; // too large, spam, policy
}

reading permanent(const http::mail_reply& reply) {
  if (reply.code == 530) return {config, ill}; // authentication is required
  switch (reply.at) {
  case mail_step::sender:
    if (reply.code == 552 || subject_of(reply) == "3.4") return {permanent_message, well}; // SIZE
    return {config, ill};
  case mail_step::recipient:
    return recipient_refused(reply);
  case mail_step::data:
  case mail_step::content:
    return content_refused(reply);
  default:
    return {config, ill}; // greeting, STARTTLS, AUTH
  }
}

} // namespace

verdict verdict_of(const http::mail_reply& reply) {
  verdict out;
  out.provider_code = std::to_string(reply.code);
  auto enhanced = reply.enhanced.empty() ? "" : " " + reply.enhanced;
  out.detail = one_line(out.provider_code + enhanced + " " + reply.text);
  auto [what, health] = reply.accepted     ? reading{sent, well}
                        : reply.code < 500 ? transient(reply)
                                           : permanent(reply);
  out.what = what;
  out.health = health;
  return out;
}

} // namespace recado::channels::email
