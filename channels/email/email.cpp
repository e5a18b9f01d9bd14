#include "channels/email/email.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "channels/answers.hpp"
#include "channels/email/dkim.hpp"
#include "channels/email/mailbox.hpp"
#include "channels/email/mime.hpp"
#include "channels/email/reply_codes.hpp"

namespace recado::channels {
namespace {

using json = nlohmann::json;

constexpr std::size_t pem_bytes_max = 128 << 10;
constexpr std::size_t subject_characters = 78; // of the text, when nothing else names the mail
/// Whoever asks for a check waits for it at most http.request_timeout_ms.
constexpr std::chrono::milliseconds check_timeout{25'000};

std::string mailbox_complaint(std::string_view text) {
  auto control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  bool right = email::parse_mailbox(text) && std::none_of(text.begin(), text.end(), control);
  return right ? "" : "must be an e-mail address, with or without a name: Bar <bar@example.org>";
}

std::string domain_complaint(std::string_view text) {
  return email::parse_address("a@" + std::string{text}) ? "" : "must be a domain";
}

/// RFC 2369 and 8058.
std::string unsubscribe_complaint(std::string_view text) {
  constexpr std::string_view mailto = "mailto:";
  bool right = text.starts_with("https://")
                 ? http_url_complaint(text).empty() && text.find_first_of("<>") == text.npos
                 : text.starts_with(mailto) && email::parse_address(text.substr(mailto.size()));
  return right ? "" : "must be an https URL or mailto: with an address";
}

std::string string_of(const json& object, const char* name) {
  if (!object.is_object()) return {};
  auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

http::mail_security security_of(const open_account& account) {
  const auto& word = account.settings.text("tls");
  if (word == "implicit") return http::mail_security::implicit;
  return word == "none" ? http::mail_security::none : http::mail_security::starttls;
}

std::int64_t port_of(http::mail_security security) {
  switch (security) {
  case http::mail_security::implicit:
    return 465;
  case http::mail_security::none:
    return 25;
  case http::mail_security::starttls:
    break;
  }
  return 587;
}

/// The connection, without a mail.
http::outgoing_mail connection_of(const open_account& account) {
  http::outgoing_mail out;
  out.host = account.settings.text("host");
  out.security = security_of(account);
  out.port = static_cast<std::uint16_t>(account.settings.number("port", port_of(out.security)));
  out.ca_pem = account.settings.text("tls_ca_pem");
  out.username = account.credentials.text("username");
  out.password = account.credentials.text("password");
  return out;
}

std::string subject_of(const json& payload, const open_delivery& what, const std::string& text) {
  auto subject = string_of(payload, "subject");
  if (!subject.empty()) return subject;
  return what.title.empty() ? email::first_characters(text, subject_characters) : what.title;
}

/// Of this message, or of all bulk mail of the account: what somebody wrote to a person, or a
/// receipt, is not a list that one could leave.
std::string unsubscribe_of(const open_delivery& what, const open_account& account) {
  auto own = string_of(json::parse(what.metadata, nullptr, false), "list_unsubscribe");
  if (!own.empty() && unsubscribe_complaint(own).empty()) return own;
  return what.priority == lane::bulk ? account.settings.text("list_unsubscribe") : std::string{};
}

/// A hex tail of the delivery's id makes it unique among the recipients of one message.
std::string message_id_of(const open_delivery& what, const email::mailbox& from) {
  return fmt::format("{}.{}@{}", what.message.str(), what.id.str().substr(24), from.domain());
}

std::string without_dashes(std::string text) {
  std::erase(text, '-');
  return text;
}

} // namespace

std::span<const field_rule> email_channel::settings() const {
  static const std::vector<field_rule> all{
    {.name = "host", .required = true, .complaint = host_complaint},
    {.name = "port", .kind = field_kind::integer, .min = 1, .max = 65'535},
    {.name = "tls", .complaint = one_of({"starttls", "implicit", "none"})},
    {.name = "tls_ca_pem", .bytes_max = pem_bytes_max, .complaint = pem_complaint},
    {.name = "from", .required = true, .complaint = mailbox_complaint},
    {.name = "reply_to", .complaint = mailbox_complaint},
    {.name = "bounce_domain", .complaint = domain_complaint},
    {.name = "list_unsubscribe", .complaint = unsubscribe_complaint},
    {.name = "dkim/domain", .complaint = domain_complaint},
    {.name = "dkim/selector", .complaint = domain_complaint},
  };
  return all;
}

std::span<const field_rule> email_channel::credentials() const {
  static const std::vector<field_rule> all{
    {.name = "username", .kind = field_kind::secret},
    {.name = "password", .kind = field_kind::secret},
    {.name = "dkim_private_key",
     .kind = field_kind::secret,
     .bytes_max = pem_bytes_max,
     .complaint = email::dkim_key_complaint},
  };
  return all;
}

std::vector<field_error> email_channel::contradictions(const open_account& account) const {
  std::vector<field_error> out;
  auto together = [&out](std::initializer_list<std::pair<const char*, bool>> fields,
                         const char* sentence) {
    auto given =
      std::count_if(fields.begin(), fields.end(), [](auto& each) { return each.second; });
    for (const auto& [pointer, has] : fields)
      if (given > 0 && !has) out.push_back({pointer, sentence});
  };
  auto has_setting = [&](const char* name) { return !account.settings.text(name).empty(); };
  auto has_secret = [&](const char* name) { return !account.credentials.text(name).empty(); };
  together({{"/credentials/username", has_secret("username")},
            {"/credentials/password", has_secret("password")}},
           "username and password come together");
  together({{"/settings/dkim/domain", has_setting("dkim/domain")},
            {"/settings/dkim/selector", has_setting("dkim/selector")},
            {"/credentials/dkim_private_key", has_secret("dkim_private_key")}},
           "dkim.domain, dkim.selector and dkim_private_key come together");
  return out;
}

result<std::string> email_channel::address(std::string_view given) const {
  if (auto address = email::parse_address(given)) return *address;
  return fail(ec::invalid_request, "must be an e-mail address of ASCII characters");
}

std::string email_channel::own_id(const open_delivery& what, const open_account& account) const {
  auto from = email::parse_mailbox(account.settings.text("from"));
  return from ? "<" + message_id_of(what, *from) + ">" : std::string{};
}

result<transport_request> email_channel::send_text(const open_delivery& what,
                                                   const open_account& account, wall_time) const {
  auto from = email::parse_mailbox(account.settings.text("from"));
  auto to = email::parse_address(what.address);
  auto payload = json::parse(what.payload, nullptr, false);
  if (!from || !to || !payload.is_object())
    return fail(ec::invalid_request, "no sender, no address or no payload");
  email::mail mail;
  mail.from = *from;
  mail.reply_to = email::parse_mailbox(account.settings.text("reply_to"));
  mail.to = *to;
  mail.text = string_of(payload, "text");
  mail.html = string_of(payload, "html");
  mail.subject = subject_of(payload, what, mail.text);
  mail.message_id = message_id_of(what, *from);
  // People's messages of one conversation are one thread in their mail programs.
  if (!what.from.empty())
    mail.references = what.conversation.str() + "@" + std::string{from->domain()};
  mail.auto_generated = what.from.empty();
  mail.list_unsubscribe = unsubscribe_of(what, account);
  mail.date = what.created_at;
  mail.boundary = what.id.str();
  mail.more = {{"X-Recado-Delivery", what.id.str()}};
  auto out = connection_of(account);
  const auto& bounces = account.settings.text("bounce_domain");
  out.sender =
    bounces.empty() ? from->address : "bounce+" + without_dashes(what.id.str()) + "@" + bounces;
  out.recipient = *to;
  out.content = email::compose(mail);
  if (account.settings.has("dkim/domain")) {
    auto signature = email::dkim_signature(out.content,
                                           {account.settings.text("dkim/domain"),
                                            account.settings.text("dkim/selector"),
                                            account.credentials.text("dkim_private_key")},
                                           what.created_at);
    if (!signature) return failure{std::move(signature.error())};
    out.content.insert(0, *signature);
  }
  return transport_request{std::move(out)};
}

verdict email_channel::parse_response(const transport_answer& answer, wall_time) const {
  if (const auto* reply = std::get_if<http::mail_reply>(&answer)) return email::verdict_of(*reply);
  if (const auto* failure = std::get_if<http::transfer_failure>(&answer))
    return verdict_of(*failure);
  return {};
}

result<transport_request> email_channel::check(const open_account& account, wall_time) const {
  auto out = connection_of(account);
  out.timeout = check_timeout;
  return transport_request{std::move(out)};
}

} // namespace recado::channels
