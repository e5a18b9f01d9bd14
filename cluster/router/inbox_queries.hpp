#pragma once
/// The SQL of the inbox's writing side.
#include "cluster/router/ports.hpp"
#include "runtime/store/statement.hpp"

#include <span>

namespace recado::cluster {

/// Inserts the encoded commands in this order; a command that is there already counts as stored.
/// Rows: (n int8 from 1, fits bool), in order; false: the partition's inbox is full.
store::statement insert_into_inbox(std::span<const inbox_item> items, std::int64_t rows_max);

} // namespace recado::cluster
