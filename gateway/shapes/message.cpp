#include "gateway/shapes/message.hpp"

#include "gateway/shapes/ids.hpp"

#include <algorithm>
#include <array>

namespace recado::shapes {
namespace {

constexpr std::array<std::string_view, 12> channels{"in_app", "all",       "whatsapp",  "telegram",
                                                    "email",  "messenger", "instagram", "sms",
                                                    "fcm",    "apns",      "webpush",   "webhook"};

/// high, normal and low in the metadata are another spelling of the three lanes.
std::optional<lane> alias_in(const json::value& metadata, const std::string& pointer,
                             json::complaints& into) {
  if (!metadata.members()) return std::nullopt;
  for (const auto& each : *metadata.members()) {
    if (each.name != "priority") continue;
    const auto* word = each.held.text();
    if (word && *word == "high") return lane::express;
    if (word && *word == "normal") return lane::standard;
    if (word && *word == "low") return lane::bulk;
    into.wrong(json::pointer_to(pointer, "priority"), "one of high, normal, low was expected");
  }
  return std::nullopt;
}

void read_recipients(json::fields& in, const gateway_limits& limits, message_request& out,
                     json::complaints& into) {
  const auto* items = in.array("to", 1, limits.recipients_max, json::nullable::as_absent);
  if (!items) return;
  if (in.find("conversation_id")) in.wrong("to", "name either conversation_id or to");
  for (std::size_t i = 0; i < items->size(); ++i) {
    auto pointer = json::pointer_to(in.pointer("to"), i);
    const auto& item = (*items)[i];
    if (item.members()) {
      json::fields address{item, pointer, into};
      address.require("channel");
      address.require("address");
      address.text("channel", {1, 64});
      address.text("address", {1, 512});
      address.finish();
      into.not_yet(pointer, "recipients without a user are not available yet");
    } else if (auto user = json::read_user(item, pointer, into)) {
      out.to.push_back(std::move(*user));
    }
  }
  std::sort(out.to.begin(), out.to.end());
  out.to.erase(std::unique(out.to.begin(), out.to.end()), out.to.end());
}

void check_channels(json::fields& in, json::complaints& into) {
  const auto* items = in.array("channels", 1, channels.size());
  if (!items) return;
  for (std::size_t i = 0; i < items->size(); ++i) {
    auto pointer = json::pointer_to(in.pointer("channels"), i);
    const auto* name = (*items)[i].text();
    if (!name || std::find(channels.begin(), channels.end(), *name) == channels.end())
      into.wrong(pointer, "not a channel");
    else if (*name != "in_app")
      into.not_yet(pointer, "only in_app is available yet");
  }
}

void check_routing(json::fields& in, json::complaints& into) {
  const auto* held = in.find("routing");
  if (!held) return;
  json::fields routing{*held, in.pointer("routing"), into};
  routing.word("mode", {"all", "fallback", "first"});
  routing.text("wait", {1, 32});
  routing.finish();
  if (held->members()) in.not_yet("routing", "routing is not available yet");
}

/// Fields of the contract whose feature has not been built.
void check_features(json::fields& in, json::complaints& into) {
  check_channels(in, into);
  check_routing(in, into);
  if (in.time("send_at", json::nullable::as_absent))
    in.not_yet("send_at", "scheduled messages are not available yet");
  if (in.time("expires_at", json::nullable::as_absent))
    in.not_yet("expires_at", "expiry is not available yet");
  if (in.boolean("at_most_once").value_or(false))
    in.not_yet("at_most_once", "at most once is not available yet");
}

} // namespace

bool channel_name(std::string_view name) {
  return name != "all" && std::find(channels.begin(), channels.end(), name) != channels.end();
}

content read_content(json::fields& in, const gateway_limits& limits, json::complaints& into) {
  content out;
  json::value nothing;
  in.require("payload");
  const auto* payload = in.find("payload");
  if (payload) {
    check_payload(*payload, in.pointer("payload"), limits, into);
    out.payload = json::to_text(*payload);
  }
  auto named = in.word("priority", {"express", "standard", "bulk"});
  const auto* metadata = in.find("metadata");
  if (auto text = in.object("metadata", limits.metadata_bytes_max)) out.metadata = std::move(*text);
  auto alias = metadata ? alias_in(*metadata, in.pointer("metadata"), into) : std::nullopt;
  if (named)
    out.priority = static_cast<lane>(*named);
  else if (alias)
    out.priority = *alias;
  out.canonical = json::canonical(payload ? *payload : nothing) + '\n' +
                  (metadata ? json::canonical(*metadata) : "{}") + '\n' +
                  std::string{to_string(out.priority)};
  return out;
}

message_request read_message(const json::value& body, const gateway_limits& limits,
                             json::complaints& into) {
  message_request out;
  json::fields in{body, "", into};
  if (!body.members()) return out;
  if (auto id = in.id("message_id")) out.message = message_id{*id};
  if (auto id = in.id("conversation_id")) out.conversation = conversation_id{*id};
  out.from = in.user("from", json::nullable::as_absent);
  read_recipients(in, limits, out, into);
  if (!in.has("conversation_id") && !in.find("to", json::nullable::as_absent))
    into.wrong("/to", "either conversation_id or to is required");
  out.what = read_content(in, limits, into);
  check_features(in, into);
  in.finish();
  return out;
}

addressed_message address(const client_id& client, message_request request, const user_id& from,
                          const message_id& message) {
  addressed_message out;
  if (request.conversation) {
    out.conversation = *request.conversation;
  } else {
    out.conversation = implicit_conversation(client, from, request.to);
    out.body.implicit_members = std::move(request.to);
    auto& members = out.body.implicit_members;
    if (!from.empty() && std::find(members.begin(), members.end(), from) == members.end())
      members.push_back(from);
  }
  out.body.message = message;
  out.body.from = from;
  out.body.hash =
    hash_of(out.conversation.str() + '\n' + from.value + '\n' + request.what.canonical);
  out.body.payload = std::move(request.what.payload);
  out.body.metadata = std::move(request.what.metadata);
  return out;
}

} // namespace recado::shapes
