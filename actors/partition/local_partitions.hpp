#pragma once
/// The partitions that this node owns right now, for whoever must reach one from another thread.
#include "actors/partition/partition_actor.hpp"
#include "runtime/actor/credit.hpp"

#include <mutex>

namespace recado {

class local_partitions {
public:
  struct entry {
    partition_actor owner;
    actor::credit_ptr room; ///< for commands that gateways of this node hand over
  };

  void set(partition_id part, entry value);
  void clear(partition_id part);
  void clear();
  std::optional<entry> find(partition_id part) const;
  std::vector<partition_id> list() const;

private:
  mutable std::mutex mutex_;
  std::map<partition_id, entry> entries_;
};

} // namespace recado
