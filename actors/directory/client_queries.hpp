#pragma once
/// What is asked of the tables client and signing_key.
#include "actors/service/views.hpp"
#include "runtime/store/statement.hpp"

namespace recado::clients {

/// Rows: client_id, name, scopes, secret_sha256, created_at.
store::statement find(const client_id& id);
store::statement create(const client_record& record); ///< 23505: the id is taken
store::statement rotate(const client_id& id, std::string_view secret_sha256);
store::statement list();
client_record client_of(const store::rows& rows, std::size_t row);

/// One transaction: under a lock, `fresh` becomes the first key if there is none; all keys, the
/// newest first, are the rows of the last statement.
std::vector<store::statement> keys_or(const signing_key& fresh);
signing_key key_of(const store::rows& rows, std::size_t row);

} // namespace recado::clients
