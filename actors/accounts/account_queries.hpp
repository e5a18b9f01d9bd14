#pragma once
/// What is asked of the table account.
#include "actors/accounts/seal.hpp"
#include "actors/service/services.hpp"
#include "runtime/store/statement.hpp"

namespace recado::accounts {

/// Each answers the row as it is now; none: create found one, the others found none (any more).
store::statement create(const stored_account& what, const sealer& seal);
store::statement get(const account_key& key);
store::statement replace(const stored_account& what, const sealer& seal);
/// One row: the tombstone's version.
store::statement remove(const account_key& key);
store::statement list(const client_id& client, const std::string& channel,
                      const std::string& account, std::size_t limit);
/// Tombstones too; the last column is the database's time.
store::statement changed(wall_time since);

/// Throws store::bad_value for what cannot be opened or read.
stored_account account_of(const store::rows& rows, std::size_t row, const sealer& seal);
account_key key_of(const store::rows& rows, std::size_t row);
bool is_tombstone(const store::rows& rows, std::size_t row);

} // namespace recado::accounts
