#pragma once
/// Deliveries for tests, made in one line.
#include "channels/delivery.hpp"

namespace recado::channels::test {

inline const account_key shop{client_id::make(), "webhook", "shop"};
inline constexpr wall_time noon{std::chrono::hours{490'000}};

struct draft {
  account_key over = shop;
  partition_id part = 3;
  conversation_id conversation{uuid::v5(uuid{}, "conversation")};
  std::int64_t seq = 1;
  std::string address = "ana";
  lane priority = lane::standard;
  std::int32_t attempts = 0;
  wall_time due = noon;
  bool unknown = false;
  bool at_most_once = false;
  std::optional<wall_time> expires_at = {};
  std::string payload = R"({"type":"text","text":"Olá"})";
  std::string from = {};
  std::string title = {};
  std::string metadata = "{}";

  operator open_delivery_ptr() const {
    open_delivery out;
    out.id = uuid::v7();
    out.over = over;
    out.part = part;
    out.conversation = conversation;
    out.message = message_id::make();
    out.seq = seq;
    out.priority = priority;
    out.address = address;
    out.from = from;
    out.title = title;
    out.payload = payload;
    out.metadata = metadata;
    out.created_at = noon;
    out.expires_at = expires_at;
    out.attempts = attempts;
    out.due = due;
    out.unknown = unknown;
    out.at_most_once = at_most_once;
    return std::make_shared<const open_delivery>(std::move(out));
  }
};

} // namespace recado::channels::test
