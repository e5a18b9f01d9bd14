#include "gateway/shapes/message.hpp"

#include "channels/catalog.hpp"
#include "gateway/shapes/ids.hpp"

#include <algorithm>

namespace recado::shapes {
namespace {

constexpr std::size_t channels_max = 16;

template <class T>
void sort_and_unite(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

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

/// A recipient without a user: {"channel","address"}.
void read_address(const json::value& item, const std::string& pointer, message_request& out,
                  json::complaints& into) {
  json::fields in{item, pointer, into};
  in.require("channel");
  in.require("address");
  auto channel = in.text("channel", {1, 64});
  auto address = in.text("address", {1, 4096});
  in.finish();
  if (!channel || !address) return;
  auto known = channels::standing_of(*channel);
  if (known == channels::standing::later)
    return in.not_yet("channel", *channel + " is not available yet");
  if (known != channels::standing::external)
    return in.wrong("channel", "not a channel with addresses");
  if (auto canonical = channels::check_address(*channel, *address))
    out.addresses.push_back({*channel, *canonical});
  else
    in.wrong("address", canonical.error().detail);
}

void read_recipients(json::fields& in, const gateway_limits& limits, message_request& out,
                     json::complaints& into) {
  const auto* items = in.array("to", 1, limits.recipients_max, json::nullable::as_absent);
  if (!items) return;
  if (in.find("conversation_id")) in.wrong("to", "name either conversation_id or to");
  for (std::size_t i = 0; i < items->size(); ++i) {
    auto pointer = json::pointer_to(in.pointer("to"), i);
    const auto& item = (*items)[i];
    if (item.members())
      read_address(item, pointer, out, into);
    else if (auto user = json::read_user(item, pointer, into))
      out.to.push_back(std::move(*user));
  }
  sort_and_unite(out.to);
  sort_and_unite(out.addresses);
}

void read_channels(json::fields& in, message_request& out, json::complaints& into) {
  const auto* items = in.array("channels", 1, channels_max);
  if (!items) return;
  for (std::size_t i = 0; i < items->size(); ++i) {
    auto pointer = json::pointer_to(in.pointer("channels"), i);
    const auto* name = (*items)[i].text();
    auto known = !name                   ? channels::standing::unknown
                 : *name == all_channels ? channels::standing::external
                                         : channels::standing_of(*name);
    if (known == channels::standing::unknown)
      into.wrong(pointer, "not a channel");
    else if (known == channels::standing::later)
      into.not_yet(pointer, *name + " is not available yet");
    else
      out.channels.push_back(*name);
  }
  sort_and_unite(out.channels);
}

void check_routing(json::fields& in, json::complaints& into) {
  const auto* held = in.find("routing");
  if (!held) return;
  json::fields routing{*held, in.pointer("routing"), into};
  auto mode = routing.word("mode", {"all", "fallback", "first"});
  auto wait = routing.text("wait", {1, 32});
  routing.finish();
  if (mode.value_or(0) != 0) routing.not_yet("mode", "only all is available yet");
  if (wait) routing.not_yet("wait", "waiting for a receipt is not available yet");
}

/// Over which channels, until when, how often.
void read_delivery(json::fields& in, message_request& out, json::complaints& into) {
  read_channels(in, out, into);
  check_routing(in, into);
  out.at_most_once = in.boolean("at_most_once").value_or(false);
  out.expires_at = in.time("expires_at", json::nullable::as_absent);
  send_message probe;
  probe.channels = out.channels;
  probe.addresses = out.addresses;
  // In the application a message is delivered by its commit: nothing of it can expire.
  if (out.expires_at && !probe.external())
    in.not_yet("expires_at", "expiry in the application is not available yet");
  if (in.time("send_at", json::nullable::as_absent))
    in.not_yet("send_at", "scheduled messages are not available yet");
}

/// What tells one way of delivery from another; empty for that of messages in the application.
std::string canonical_delivery(const send_message& of) {
  if (!of.external() && !of.at_most_once) return {};
  std::string out;
  for (const auto& each : of.channels)
    out += '\n' + each;
  for (const auto& each : of.addresses)
    out += '\n' + each.channel + ':' + each.address;
  out += of.at_most_once ? "\nonce" : "";
  if (of.expires_at) out += '\n' + std::to_string(micros(*of.expires_at));
  return out;
}

} // namespace

bool channel_name(std::string_view name) {
  return channels::standing_of(name) != channels::standing::unknown;
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
  read_delivery(in, out, into);
  in.finish();
  return out;
}

addressed_message address(const client_id& client, message_request request, const user_id& from) {
  addressed_message out;
  if (request.conversation) {
    out.conversation = *request.conversation;
  } else {
    out.conversation = implicit_conversation(client, from, request.to, request.addresses);
    out.body.implicit_members = std::move(request.to);
    auto& members = out.body.implicit_members;
    if (!from.empty() && std::find(members.begin(), members.end(), from) == members.end())
      members.push_back(from);
  }
  out.body.message_made = !request.message;
  out.body.message = request.message ? *request.message : message_id::make();
  out.body.from = from;
  out.body.channels = std::move(request.channels);
  out.body.addresses = std::move(request.addresses);
  out.body.at_most_once = request.at_most_once;
  out.body.expires_at = request.expires_at;
  out.body.hash = hash_of(out.conversation.str() + '\n' + from.value + '\n' +
                          request.what.canonical + canonical_delivery(out.body));
  out.body.payload = std::move(request.what.payload);
  out.body.metadata = std::move(request.what.metadata);
  return out;
}

} // namespace recado::shapes
