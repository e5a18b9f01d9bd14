#pragma once
/// Ids that follow from others, so that a retry finds what the first try made.
#include "schemas/command.hpp"

#include <string_view>
#include <vector>

namespace recado::shapes {

/// The message of an Idempotency-Key: UUIDv5(client, key).
message_id message_of_key(const client_id& client, std::string_view key);
/// The conversation of an Idempotency-Key on POST /v1/conversations.
conversation_id conversation_of_key(const client_id& client, std::string_view key);
/// The command of an Idempotency-Key on another route; another body makes another command.
command_id command_of_key(const client_id& client, std::string_view route, std::string_view key,
                          const request_hash& hash);
/// The implicit conversation between a sender (empty: the client) and its recipients, in any order.
conversation_id implicit_conversation(const client_id& client, const user_id& from,
                                      std::vector<user_id> recipients,
                                      const std::vector<address_recipient>& addresses = {});

/// The first half of the SHA-256 of a request's canonical text.
request_hash hash_of(std::string_view canonical);

} // namespace recado::shapes
