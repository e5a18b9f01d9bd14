#pragma once
/// The SQL of the inbox's writing side.
#include "cluster/router/ports.hpp"
#include "runtime/store/statement.hpp"

#include <span>

namespace recado::cluster {

/// Inserts the encoded commands in this order, but for messages that are committed or wait already.
/// One transaction; the rows are those of the last statement.
std::vector<store::statement> insert_into_inbox(std::span<const inbox_item> items,
                                                std::int64_t rows_max);

/// What each of these commands is to be told, from the rows of that statement.
std::vector<inbox_answer> inbox_answers(std::span<const inbox_item> items,
                                        const store::rows& found);

} // namespace recado::cluster
