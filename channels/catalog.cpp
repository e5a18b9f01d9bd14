#include "channels/catalog.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "channels/email/email.hpp"
#include "channels/webhook/webhook.hpp"

namespace recado::channels {
namespace {

constexpr std::array<std::string_view, 8> to_come{"apns", "fcm",      "instagram", "messenger",
                                                  "sms",  "telegram", "webpush",   "whatsapp"};

/// What every account has, whatever its channel.
std::vector<field_rule> with_common(std::span<const field_rule> own) {
  std::vector<field_rule> out{own.begin(), own.end()};
  out.push_back({.name = "default", .kind = field_kind::flag});
  return out;
}

void append(std::vector<field_error>& to, const problem& from) {
  to.insert(to.end(), from.errors.begin(), from.errors.end());
}

template <class T>
result<T> no_channel(std::string_view name) {
  if (standing_of(name) == standing::later)
    return fail(ec::not_available_yet,
                "the channel " + std::string{name} + " is not available yet");
  return fail(ec::invalid_request, "\"" + std::string{name} + "\" is no channel with accounts");
}

} // namespace

standing standing_of(std::string_view channel) noexcept {
  if (find(channel) != nullptr) return standing::external;
  if (channel == "in_app") return standing::in_app;
  auto is_later = std::find(to_come.begin(), to_come.end(), channel) != to_come.end() ||
                  channel == "push"; // FCM, APNs and Web Push together
  return is_later ? standing::later : standing::unknown;
}

const channel* find(std::string_view name) noexcept {
  static const email_channel email;
  static const webhook_channel webhook;
  static const std::array<const channel*, 2> all{&email, &webhook};
  for (const auto* each : all)
    if (each->name() == name) return each;
  return nullptr;
}

std::vector<std::string_view> external_channels() {
  return {"email", "webhook"};
}

result<void> check_account(std::string_view name, std::string_view settings,
                           std::string_view credentials) {
  const auto* of = find(name);
  if (of == nullptr) return no_channel<void>(name);
  auto rules = with_common(of->settings());
  auto first = read_fields(settings, rules, "/settings");
  auto second = read_fields(credentials, of->credentials(), "/credentials");
  problem all{ec::not_available_yet};
  for (const auto* wrong : {first ? nullptr : &first.error(), second ? nullptr : &second.error()}) {
    if (wrong == nullptr) continue;
    append(all.errors, *wrong);
    if (wrong->code == ec::invalid_request) all.code = ec::invalid_request;
  }
  if (!all.errors.empty()) return failure{std::move(all)};
  auto together = of->contradictions({{}, std::move(*first), std::move(*second)});
  if (!together.empty()) return failure{problem{ec::invalid_request, "", std::move(together)}};
  return {};
}

bool is_default(std::string_view settings) {
  auto parsed = nlohmann::json::parse(settings, nullptr, false);
  if (!parsed.is_object()) return false;
  auto found = parsed.find("default");
  return found != parsed.end() && found->is_boolean() && found->get<bool>();
}

result<std::string> check_address(std::string_view name, std::string_view address) {
  const auto* of = find(name);
  return of == nullptr ? no_channel<std::string>(name) : of->address(address);
}

result<open_account> open(const account_record& record) {
  const auto* of = find(record.key.channel);
  if (of == nullptr) return no_channel<open_account>(record.key.channel);
  auto settings = read_fields(record.settings, with_common(of->settings()), "/settings");
  if (!settings) return failure{std::move(settings.error())};
  auto credentials = read_fields(record.credentials, of->credentials(), "/credentials");
  if (!credentials) return failure{std::move(credentials.error())};
  return open_account{record.key, std::move(*settings), std::move(*credentials)};
}

} // namespace recado::channels
