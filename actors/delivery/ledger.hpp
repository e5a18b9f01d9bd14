#pragma once
/// The connectors' way to the owners on this node: begin, settle and expire as commands.
#include "actors/partition/local_partitions.hpp"
#include "channels/delivery.hpp"

#include <atomic>

namespace recado {

/// Thread-safe.
class ledger : public std::enable_shared_from_this<ledger> {
public:
  ledger(std::shared_ptr<local_partitions> owners, std::function<wall_time()> now)
    : owners_(std::move(owners)),
      now_(std::move(now)) {}

  /// What connectors call; `more` is left to the feed.
  delivery_ledger calls();

  /// Tries that were begun and have not been settled.
  std::size_t under_way() const noexcept { return under_way_; }
  /// Settled tries whose end nobody saw, since the start.
  std::uint64_t unknown_ends() const noexcept { return unknown_; }

private:
  void begin(const open_delivery_ptr& what, std::int32_t attempt, std::function<void(bool)> done);
  void settle(const open_delivery_ptr& what, const attempt_outcome& end,
              std::function<void(bool)> done);
  void expire(const open_delivery_ptr& what);
  void submit(const open_delivery& what, const std::string& phase, command_body body,
              std::function<void(bool)> done);

  std::shared_ptr<local_partitions> owners_;
  std::function<wall_time()> now_;
  std::atomic<std::size_t> under_way_{0};
  std::atomic<std::uint64_t> unknown_{0};
};

} // namespace recado
