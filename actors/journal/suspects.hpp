#pragma once
/// The rows of suspects: commands that an owner has begun to decide after the death of the one
/// before. Whatever they do to it, the next owner knows their names.
#include "runtime/store/fence.hpp"
#include "schemas/command.hpp"
#include "schemas/time.hpp"

namespace recado::journal {

/// The name under which deaths are counted: that of the message, if it is one. A caller that tries
/// again, because its node has died, makes another command of the same message.
command_id suspect_of(const command& cmd);

struct suspect_key {
  partition_id part = 0;
  command_id command; ///< suspect_of() it
  auto operator<=>(const suspect_key&) const = default;
};
struct suspect_row {
  suspect_key key;
  std::int32_t attempts = 0; ///< owners that died when it was theirs to decide
};

/// Fence first; to be run as one transaction. `what`: each once; nothing else of these partitions
/// is named under this epoch any more. Naming alone counts nothing: whoever adopts the partition
/// counts what was named under the epoch that died. The last statement's rows are for
/// parse_suspects().
std::vector<store::statement> name_suspects(std::span<const store::held_epoch> held,
                                            std::span<const suspect_key> what, wall_time now);
std::vector<suspect_row> parse_suspects(const store::rows& found);

/// They were decided or set aside.
void append_cleared(std::span<const suspect_key> what, std::vector<store::statement>& to);
/// Forgets the deaths of these partitions' owners.
void append_absolved(std::span<const partition_id> parts, std::vector<store::statement>& to);
/// Nothing is suspected in these partitions any more.
void append_forgotten(std::span<const store::held_epoch> parts, std::vector<store::statement>& to);

} // namespace recado::journal
