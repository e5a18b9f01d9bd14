#pragma once
/// The owner's answer to a command. Released only by a fence taken after the command came.
#include "schemas/command.hpp"
#include "schemas/problem.hpp"
#include "schemas/status.hpp"

namespace recado {

/// An external delivery of a message, as its first answer shows it.
struct accepted_delivery {
  user_id recipient; ///< empty: the address is no user's
  std::string channel, address;
  status state = status::queued;
  bool operator==(const accepted_delivery&) const = default;
};

struct reply {
  command_id command;
  ec code = ec::none; ///< none: applied
  std::string detail;
  std::string pointer;   ///< JSON pointer to what the refusal is about, if it is about one place
  bool replayed = false; ///< the answer to an earlier request with the same id
  bool stored = false;   ///< in the inbox, not yet decided: 202

  conversation_id conversation;
  message_id message;
  /// send: the message's seq; receipt: the position now known; add_member: joined_seq
  std::int64_t seq = 0;
  /// send: created_at of the message; create: of the conversation; add_member: joined_at
  wall_time at{};
  member_role role = member_role::member; ///< add_member
  std::vector<user_id> recipients;        ///< send: the first of them, at most reply_recipients
  std::int32_t recipients_total = 0;      ///< send: how many get it in the application
  /// send: external deliveries, together with `recipients` at most reply_recipients
  std::vector<accepted_delivery> deliveries;
  std::int32_t deliveries_total = 0; ///< send: how many external ones there are

  bool ok() const noexcept { return code == ec::none; }
};

inline constexpr std::size_t reply_recipients = 20;

inline reply refuse(const command_id& id, ec code, std::string detail = {},
                    std::string pointer = {}) {
  reply out;
  out.command = id;
  out.code = code;
  out.detail = std::move(detail);
  out.pointer = std::move(pointer);
  return out;
}

} // namespace recado
