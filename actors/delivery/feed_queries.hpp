#pragma once
/// What the feed asks of the table delivery.
#include "channels/delivery.hpp"
#include "runtime/store/statement.hpp"

#include <map>

namespace recado::feed {

/// The accounts that have open deliveries in these partitions.
store::statement accounts_with_open(const std::vector<partition_id>& parts);
std::vector<account_key> accounts_of(const store::rows& found);

/// The first open deliveries of an account by lane, due time and seq; with each also the earlier
/// open ones to the same address in the same conversation.
store::statement open_of(const account_key& account, const std::vector<partition_id>& parts,
                         std::size_t limit);

struct open_rows {
  std::vector<open_delivery_ptr> rows;
  bool complete = true; ///< nothing was cut off
};
/// At most `limit` rows, without holes: none comes without the earlier ones to its recipient. Rows
/// of partitions that are not held any more are left out.
open_rows open_rows_of(const store::rows& found, const account_key& account,
                       const std::map<partition_id, epoch>& held, std::size_t limit);

} // namespace recado::feed
