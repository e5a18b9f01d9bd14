#pragma once
/// What PostgreSQL holds at the end, read from the plain tables: the truth that clients' records
/// are compared with.
#include "chaos/log/records.hpp"

#include <functional>
#include <unordered_map>

namespace recado::chaos {

struct stored_message {
  message_id message;
  conversation_id conversation;
  std::optional<std::int64_t> seq{}; ///< none: refused after a 202
  uuid command{};
  std::uint64_t text_hash = 0;
  std::string failure{};
  std::string node{}; ///< that numbered it
  int part = 0;
  std::int64_t epoch = 0;
  std::int64_t created_at = 0; ///< wall time, microseconds
};

/// How far a member says it has a conversation.
struct stored_position {
  conversation_id conversation;
  std::string user{};
  std::int64_t delivered = 0;
  std::int64_t read = 0;
};

struct database {
  std::vector<stored_message> messages{}; ///< by conversation, in the order of seq
  std::vector<message_id> inbox{};        ///< stored, not yet numbered
  std::unordered_map<message_id, std::string> dead_letters{}; ///< with their codes
  std::unordered_map<conversation_id, std::int64_t> last_seq{};
  std::vector<stored_position> positions{};
};

/// Everything of this client. Throws std::runtime_error when the database does not answer.
database read_database(const std::string& dsn, const client_id& client,
                       const std::vector<conversation_id>& conversations);

} // namespace recado::chaos
