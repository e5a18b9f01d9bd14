#pragma once
/// Conversations, members and receipts as a caller asks for them.
#include "gateway/config.hpp"
#include "gateway/json/fields.hpp"
#include "schemas/command.hpp"

namespace recado::shapes {

struct conversation_request {
  std::optional<conversation_id> conversation;
  create_conversation body; ///< hash included
};
/// Body of POST /v1/conversations. `creator`, if there is one, must be among the members and
/// becomes an admin.
conversation_request read_conversation(const json::value& body, const user_id& creator,
                                       const gateway_limits& limits, json::complaints& into);

/// Body of POST …/members.
new_member read_member(const json::value& body, json::complaints& into);

struct receipt_request {
  std::optional<user_id> user;
  receipt_kind kind = receipt_kind::delivered;
  std::int64_t up_to_seq = 0;
};
/// Reads the kind under this name (`type` in REST, `kind` in frames), user_id and up_to_seq.
receipt_request read_receipt(json::fields& in, std::string_view kind_name);

struct typing_request {
  std::optional<user_id> user;
  bool on = true;
};
typing_request read_typing(json::fields& in);

} // namespace recado::shapes
