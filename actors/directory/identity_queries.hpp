#pragma once
/// What is asked of the table identity.
#include "actors/service/services.hpp"
#include "runtime/store/statement.hpp"

namespace recado::identities {

using upserted = directory_service::upserted<identity_record>;

/// Rows: channel, address, account, verified, created_at, is it new. Makes the user if needed; no
/// row: the user is a tombstone; 23505: another user of the client has the address.
store::statement put(const client_id& client, const user_id& user, const identity_fields& fields);
upserted upserted_of(const store::rows& rows, std::size_t row);

/// One row: is there the user, was there the identity.
store::statement remove(const client_id& client, const user_id& user, std::string_view channel);

/// By channel. No row: no such user; one with a NULL channel: no identity.
store::statement list(const client_id& client, const user_id& user, std::size_t limit);
std::vector<identity_record> list_of(const store::rows& rows);

} // namespace recado::identities
