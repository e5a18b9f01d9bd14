#include "channels/webhook/webhook.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "channels/answers.hpp"
#include "channels/webhook/signature.hpp"
#include "schemas/time.hpp"

namespace recado::channels {
namespace {

constexpr std::size_t url_bytes_max = 2'048;
constexpr std::size_t address_bytes_max = 256;
/// Standard Webhooks recommends 15 to 30 s.
constexpr std::chrono::milliseconds answer_timeout{20'000};

std::string url_complaint(std::string_view text) {
  return http_url_complaint(text);
}

std::string secret_complaint(std::string_view text) {
  return webhook::key_of(text) ? "" : "must be whsec_ and the base64 of 24 to 64 bytes";
}

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}
std::string json_text_or_null(std::string_view text) {
  return text.empty() ? "null" : json_text(text);
}

/// The same bytes at every try: they are what the receiver recognises a repetition by. Payload and
/// metadata stay the caller's own text.
std::string body_of(const open_delivery& what) {
  return fmt::format(
    R"({{"type":"message","timestamp":{},"data":{{"delivery_id":{},"message_id":{},)"
    R"("conversation_id":{},"seq":{},"from":{},"recipient":{},"address":{},"title":{},)"
    R"("priority":{},"payload":{},"metadata":{}}}}})",
    json_text(to_rfc3339(what.created_at)), json_text(what.id.str()), json_text(what.message.str()),
    json_text(what.conversation.str()), what.seq, json_text_or_null(what.from),
    json_text_or_null(what.recipient), json_text(what.address), json_text_or_null(what.title),
    json_text(to_string(what.priority)), what.payload.empty() ? "null" : what.payload,
    what.metadata.empty() ? "{}" : what.metadata);
}

result<transport_request> signed_post(const open_account& account, const std::string& id,
                                      std::string body, wall_time now) {
  auto key = webhook::key_of(account.credentials.text("secret"));
  if (!key) return fail(ec::invalid_request, "the account has no secret");
  auto seconds = micros(now) / 1'000'000;
  http::outgoing_request out;
  out.url = account.settings.text("url");
  out.headers = {{"Content-Type", "application/json"},
                 {"webhook-id", id},
                 {"webhook-timestamp", std::to_string(seconds)},
                 {"webhook-signature", webhook::sign(*key, id, seconds, body)}};
  out.body = std::move(body);
  out.timeout = answer_timeout;
  return transport_request{std::move(out)};
}

struct reading {
  outcome_class what;
  provider_health health;
};

reading read_status(int status) {
  using enum outcome_class;
  using enum provider_health;
  if (status >= 200 && status < 300) return {sent, well};
  if (status >= 300 && status < 400) return {config, ill}; // redirects are not followed
  switch (status) {
  case 401:
  case 403:
  case 404:
  case 405:
  case 407:
    return {config, ill}; // the URL or the secret
  case 410:
    return {permanent_recipient, well}; // "stop sending here", says Standard Webhooks
  case 408:
  case 425:
    return {retry, well};
  case 429:
    return {retry, well};
  default:
    break;
  }
  if (status >= 500) return {retry, ill};
  return {permanent_message, well};
}

} // namespace

std::span<const field_rule> webhook_channel::settings() const {
  static const std::vector<field_rule> all{
    {.name = "url", .required = true, .bytes_max = url_bytes_max, .complaint = url_complaint},
  };
  return all;
}

std::span<const field_rule> webhook_channel::credentials() const {
  static const std::vector<field_rule> all{
    {.name = "secret", .kind = field_kind::secret, .required = true, .complaint = secret_complaint},
  };
  return all;
}

std::vector<field_error> webhook_channel::contradictions(const open_account&) const {
  return {};
}

/// Any name that the receiver knows its person by.
result<std::string> webhook_channel::address(std::string_view given) const {
  auto control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (given.empty() || given.size() > address_bytes_max ||
      std::any_of(given.begin(), given.end(), control))
    return fail(ec::invalid_request,
                fmt::format("must be 1 to {} bytes without control characters", address_bytes_max));
  return std::string{given};
}

result<transport_request> webhook_channel::send_text(const open_delivery& what,
                                                     const open_account& account,
                                                     wall_time now) const {
  auto made = signed_post(account, what.id.str(), body_of(what), now);
  if (made && what.at_most_once) std::get<http::outgoing_request>(*made).once = true;
  return made;
}

verdict webhook_channel::parse_response(const transport_answer& answer, wall_time now) const {
  if (const auto* failure = std::get_if<http::transfer_failure>(&answer))
    return verdict_of(*failure);
  const auto* response = std::get_if<http::incoming_response>(&answer);
  if (response == nullptr) return {};
  auto [what, health] = read_status(response->status);
  verdict out;
  out.what = what;
  out.health = health;
  out.provider_code = std::to_string(response->status);
  if (what == outcome_class::sent) return out;
  out.detail = fmt::format("the receiver answered {}", response->status);
  if (what != outcome_class::retry) return out;
  out.retry_after = retry_after_of(*response, now);
  if (out.retry_after) {
    out.what = outcome_class::retry_after;
    out.holds_account = true;
  }
  return out;
}

result<transport_request> webhook_channel::check(const open_account& account, wall_time now) const {
  auto id = uuid::v5(uuid{}, account.settings.text("url") + std::to_string(micros(now))).str();
  auto body =
    fmt::format(R"({{"type":"check","timestamp":{},"data":{{}}}})", json_text(to_rfc3339(now)));
  return signed_post(account, id, std::move(body), now);
}

} // namespace recado::channels
