#include "gateway/shapes/address.hpp"

#include "channels/catalog.hpp"
#include "gateway/json/value.hpp"

#include <algorithm>

namespace recado::shapes {
namespace {

constexpr std::size_t depth_max = 4; // of a Web Push subscription

bool all_of(std::string_view text, bool (*test)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), test);
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool hexadecimal(char c) {
  return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool visible(char c) {
  return c > ' ' && c < 0x7f;
}
bool word(char c) {
  return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// ITU-T E.164: a plus and 7 to 15 digits, the first of them no zero.
bool phone_number(std::string_view text) {
  if (!text.starts_with('+')) return false;
  text.remove_prefix(1);
  return text.size() >= 7 && text.size() <= 15 && text.front() != '0' && all_of(text, digit);
}

/// The number of a chat (groups have negative ones) or the @name of a channel.
bool telegram_chat(std::string_view text) {
  if (text.starts_with('@')) {
    text.remove_prefix(1);
    return text.size() >= 4 && text.size() <= 32 && all_of(text, word);
  }
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() <= 19 && all_of(text, digit);
}

/// As browsers give it: {"endpoint":"https://…","keys":{"p256dh":"…","auth":"…"}}.
bool push_subscription(std::string_view text) {
  auto parsed = json::parse(text, depth_max);
  if (!parsed || !parsed->flaws.empty() || !parsed->root.members()) return false;
  bool endpoint = false, keys = false;
  for (const auto& [name, held] : *parsed->root.members()) {
    if (name == "endpoint") endpoint = held.text() && held.text()->starts_with("https://");
    if (name == "keys") keys = held.members() && held.members()->size() >= 2;
  }
  return endpoint && keys;
}

/// What is wrong with an address on a channel that has yet to be built.
std::string_view complaint(std::string_view channel, std::string_view text) {
  if (channel == "sms" || channel == "whatsapp")
    return phone_number(text) ? "" : "must be a number of E.164, such as +5511999990000";
  if (channel == "telegram")
    return telegram_chat(text) ? "" : "must be the number of a chat, or @ and a name";
  if (channel == "messenger" || channel == "instagram")
    return text.size() <= 32 && all_of(text, digit) ? "" : "must be the number of a scoped user id";
  if (channel == "apns")
    return text.size() >= 64 && text.size() <= 200 && all_of(text, hexadecimal)
             ? ""
             : "must be a device token in hexadecimal";
  if (channel == "webpush")
    return push_subscription(text) ? "" : "must be a push subscription with endpoint and keys";
  return all_of(text, visible) ? "" : "must not have spaces or control characters";
}

} // namespace

result<std::string> canonical_address(std::string_view channel, std::string_view given) {
  if (channels::standing_of(channel) == channels::standing::external)
    return channels::check_address(channel, given);
  if (auto why = complaint(channel, given); !why.empty())
    return fail(ec::invalid_request, std::string{why});
  return std::string{given};
}

} // namespace recado::shapes
