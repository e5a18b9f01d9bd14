#pragma once
/// How many partitions there are: pinned in the database when it is first used, for its whole life.
#include "runtime/store/connection.hpp"
#include "schemas/partition.hpp"
#include "schemas/problem.hpp"

namespace recado::cluster {

/// Makes the rows of table partition if there are none. Answers the pinned number; conflict if the
/// database was made with another hash, store_unavailable if it cannot be asked.
result<partition_id> pin_partitions(store::connection& db,
                                    partition_id wanted = default_partitions);

} // namespace recado::cluster
