#pragma once
/// The fence that opens every commit of an owner: it locks the owner's rows and fails with
/// SQLSTATE RF001 if one of them has another epoch by now. SQL: schemas/sql/0010_cheaper_fence.sql.
#include "runtime/store/statement.hpp"
#include "schemas/partition.hpp"

#include <span>
#include <utility>
#include <vector>

namespace recado::store {

using held_epoch = std::pair<partition_id, epoch>;

/// First statement of a transaction; `held` is not empty, any order, no id twice.
statement fence(std::span<const held_epoch> held);
/// The ids that a `fenced` error names; empty for every other error.
std::vector<partition_id> parse_lost(const store_error& error);

/// Compare-and-set of the epochs: rows (id int2, epoch int8 = seen + 1) of those that were
/// claimed; the others had moved on. Waits for commits under way: use a short lock_timeout.
statement claim(std::span<const held_epoch> seen, std::string_view node, std::int64_t incarnation);

/// The same after the death of the owners before: counts the deaths over suspected commands, and
/// claims nothing that has seen `deaths_max` of them without a commit.
statement adopt(std::span<const held_epoch> seen, std::string_view node, std::int64_t incarnation,
                int deaths_max);

} // namespace recado::store
