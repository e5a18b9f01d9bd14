#pragma once
/// The watches of this node's gateway, and the way of events to it and to other nodes.
#include "actors/partition/local_partitions.hpp"
#include "runtime/bus/bus.hpp"

#include <chrono>
#include <mutex>

namespace recado {

struct watch_config {
  std::string cluster = "recado";
  gateway_subject self;                            ///< subjects::events of this process
  std::string for_owners;                          ///< subjects::watches of this process
  std::chrono::milliseconds answer_timeout{1'000}; ///< of an owner on another node
  partition_id partitions = default_partitions;
};

/// Thread-safe. An owner on this node is asked in memory, one on another node over NATS; events for
/// this node never leave it.
class watch_board : public watch_service, public std::enable_shared_from_this<watch_board> {
public:
  watch_board(watch_config config, std::shared_ptr<local_partitions> owners, bus::connection* link);

  void watch(std::vector<item> items, on_result<std::vector<position>> done) override;
  void unwatch(std::vector<item> items) override;
  void listen(std::function<void(const event_batch&)> events, std::function<void()> doubt) override;

  /// From an owner on this node: events for one gateway, or for all of them (empty subject).
  void tell(const gateway_subject& to, event_batch events);
  /// From owners on this node that have forgotten what this gateway watches, and hear it again.
  void ask_to_watch_again(const gateway_subject& who);
  /// Events may have been lost: an owner has changed, the link came back, a queue overflowed.
  void doubt();
  /// A node said which partitions it owns. When one has changed hands its watches are gone.
  void on_owners(const std::string& watch_subject, const std::vector<partition_id>& owned);
  /// Hears what owners on other nodes tell this one, and answers gateways there. Call once the link
  /// exists.
  void subscribe();

private:
  struct ears {
    std::function<void(const event_batch&)> events;
    std::function<void()> doubt;
  };
  struct collector;
  struct awaited;
  static std::function<void(std::vector<position>)> await(std::shared_ptr<collector> answers);
  std::shared_ptr<const ears> listener() const;
  std::string owner_elsewhere(partition_id part) const;
  void ask(const partition_actor& owner, std::vector<item> items,
           std::shared_ptr<collector> answers);
  void ask(const std::string& owner, std::vector<item> items, std::shared_ptr<collector> answers);
  void answer(const bus::message& got);
  std::map<partition_id, std::vector<item>> by_partition(const std::vector<item>& items) const;
  void hear(const bus::message& got);

  watch_config config_;
  std::shared_ptr<local_partitions> owners_;
  bus::connection* link_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ears> ears_;
  std::vector<std::string> elsewhere_; ///< by partition: the watch subject of its owner
  std::vector<bus::subscription> subscriptions_;
};

} // namespace recado
