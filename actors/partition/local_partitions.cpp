#include "actors/partition/local_partitions.hpp"

namespace recado {

void local_partitions::set(partition_id part, entry value) {
  std::lock_guard lock{mutex_};
  entries_.insert_or_assign(part, std::move(value));
}

void local_partitions::clear(partition_id part) {
  std::lock_guard lock{mutex_};
  entries_.erase(part);
}

void local_partitions::clear() {
  std::lock_guard lock{mutex_};
  entries_.clear();
}

std::optional<local_partitions::entry> local_partitions::find(partition_id part) const {
  std::lock_guard lock{mutex_};
  auto found = entries_.find(part);
  if (found == entries_.end()) return std::nullopt;
  return found->second;
}

std::vector<partition_id> local_partitions::list() const {
  std::lock_guard lock{mutex_};
  std::vector<partition_id> out;
  out.reserve(entries_.size());
  for (const auto& [part, _] : entries_)
    out.push_back(part);
  return out;
}

} // namespace recado
