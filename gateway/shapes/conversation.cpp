#include "gateway/shapes/conversation.hpp"

#include "gateway/json/writer.hpp"
#include "gateway/shapes/ids.hpp"

#include <algorithm>

namespace recado::shapes {
namespace {

constexpr std::size_t title_bytes_max = 1024;
constexpr std::size_t private_members = 2;

/// A member is a user id, or an object with a role.
std::optional<new_member> read_entry(const json::value& item, const std::string& pointer,
                                     json::complaints& into) {
  if (!item.members()) {
    auto user = json::read_user(item, pointer, into);
    return user ? std::optional{new_member{std::move(*user), member_role::member}} : std::nullopt;
  }
  json::fields in{item, pointer, into};
  in.require("user_id");
  auto user = in.user("user_id");
  auto role = in.word("role", {"member", "admin"});
  in.finish();
  if (!user) return std::nullopt;
  return new_member{std::move(*user), static_cast<member_role>(role.value_or(0))};
}

std::vector<new_member> read_members(json::fields& in, const gateway_limits& limits,
                                     json::complaints& into) {
  std::vector<new_member> out;
  in.require("members");
  const auto* items = in.array("members", 1, limits.members_max);
  if (!items) return out;
  for (std::size_t i = 0; i < items->size(); ++i)
    if (auto entry = read_entry((*items)[i], json::pointer_to(in.pointer("members"), i), into))
      out.push_back(std::move(*entry));
  auto by_user = [](const new_member& a, const new_member& b) { return a.user < b.user; };
  auto same_user = [](const new_member& a, const new_member& b) { return a.user == b.user; };
  std::stable_sort(out.begin(), out.end(), by_user); // of two entries the first counts
  out.erase(std::unique(out.begin(), out.end(), same_user), out.end());
  return out;
}

void appoint(std::vector<new_member>& members, const user_id& creator, json::fields& in) {
  if (creator.empty()) return;
  auto own = std::find_if(members.begin(), members.end(),
                          [&](const new_member& each) { return each.user == creator; });
  if (own == members.end())
    in.wrong("members", "must include " + creator.value);
  else
    own->role = member_role::admin;
}

request_hash hash_of_request(const create_conversation& what, const json::value* metadata) {
  std::string text;
  json::writer to{text};
  to.begin_array().put(to_string(what.type)).put(what.title);
  for (const auto& each : what.members)
    to.put(each.user).put(to_string(each.role));
  to.raw(metadata ? json::canonical(*metadata) : "{}").end_array();
  return hash_of(text);
}

} // namespace

conversation_request read_conversation(const json::value& body, const user_id& creator,
                                       const gateway_limits& limits, json::complaints& into) {
  conversation_request out;
  json::fields in{body, "", into};
  if (!body.members()) return out;
  if (auto id = in.id("conversation_id")) out.conversation = conversation_id{*id};
  in.require("type");
  auto type = in.word("type", {"private", "group"});
  if (type) out.body.type = static_cast<conversation_type>(*type);
  out.body.members = read_members(in, limits, into);
  if (type && out.body.type == conversation_type::private_ && !out.body.members.empty() &&
      out.body.members.size() != private_members)
    in.wrong("members", "a private conversation has two members");
  appoint(out.body.members, creator, in);
  out.body.title = in.text("title", {0, title_bytes_max}, json::nullable::as_absent);
  const auto* metadata = in.find("metadata");
  out.body.metadata = in.object("metadata", limits.metadata_bytes_max).value_or("{}");
  in.finish();
  out.body.hash = hash_of_request(out.body, metadata);
  return out;
}

new_member read_member(const json::value& body, json::complaints& into) {
  new_member out;
  json::fields in{body, "", into};
  in.require("user_id");
  if (auto user = in.user("user_id")) out.user = std::move(*user);
  out.role = static_cast<member_role>(in.word("role", {"member", "admin"}).value_or(0));
  in.finish();
  return out;
}

receipt_request read_receipt(json::fields& in, std::string_view kind_name) {
  receipt_request out;
  out.user = in.user("user_id");
  in.require(kind_name);
  in.require("up_to_seq");
  out.kind = static_cast<receipt_kind>(in.word(kind_name, {"delivered", "read"}).value_or(0));
  out.up_to_seq = in.integer("up_to_seq", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
  return out;
}

typing_request read_typing(json::fields& in) {
  typing_request out;
  out.user = in.user("user_id");
  out.on = in.boolean("on").value_or(true);
  return out;
}

} // namespace recado::shapes
