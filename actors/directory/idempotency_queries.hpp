#pragma once
/// What is asked of the table idempotency: answers count for 24 h.
#include "actors/service/services.hpp"
#include "runtime/store/statement.hpp"

namespace recado::remembered {

using stored_answer = idempotency_service::stored_answer;

struct row {
  request_hash hash{};
  stored_answer answer;
};

/// Rows: hash, status, body.
store::statement find(const client_id& client, std::string_view route, std::string_view key);
row row_of(const store::rows& rows, std::size_t row);

/// Touches one row if it was kept, none if the key has an answer already: the first one stays.
store::statement keep(const client_id& client, std::string_view route, std::string_view key,
                      const request_hash& hash, const stored_answer& answer);

/// Removes a bounded number of expired answers.
store::statement purge();

} // namespace recado::remembered
