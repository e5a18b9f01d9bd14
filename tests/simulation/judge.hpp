#pragma once
/// What the product promises, checked while a history runs. Every check throws `broken`.
#include "tests/simulation/clock.hpp"

#include "actors/conversation/effects.hpp"
#include "cluster/ownership/ownership_types.hpp"

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace recado::simulation {

/// Names one life of one process: its incarnation.
using life = std::int64_t;

struct tables;

/// A message as its sender knows it.
struct sent_message {
  message_id id;
  conversation_id conversation;
  lane priority = lane::standard;
  user_id from;
  bool poison = false;
  steady_time sent{};               ///< first
  std::optional<steady_time> acked; ///< first 2xx
  std::int64_t seq = 0;             ///< 0: only 202 was answered
  bool over = false;                ///< its sender has a final answer
  bool refused = false;             ///< … and that was no
};

class judge {
public:
  explicit judge(const scheduler& clock) : clock_(clock) {}

  // --- what senders see
  sent_message& sent(const message_id& id) { return messages_.at(id); }
  sent_message& new_message(sent_message what);
  /// A 2xx; checked against the tables at once.
  void acknowledged(const message_id& id, const reply& said, const tables& now);
  void refused(const message_id& id, const reply& said, const tables& now);
  void receipt_acknowledged(const conversation_id& where, const user_id& who, std::int64_t seq,
                            const tables& now);
  /// In one session, conversation and lane: submitted in this order, answered 2xx both, not tried
  /// before.
  void in_order(const message_id& first, const message_id& second);
  bool all_over() const;
  std::size_t open() const;

  // --- what the database sees
  void wrote(partition_id part, epoch under, epoch now_at, life by);
  void numbered(const conversation_id& where, std::int64_t seq, std::int64_t expected);
  void head_moved(const conversation_state& from, const conversation_state& to);
  void cursor_moved(partition_id part, lane which, const cluster::stream_cursor& from,
                    const cluster::stream_cursor& to);

  /// When everything has come to rest.
  void finish(const tables& now) const;
  std::size_t count() const noexcept { return messages_.size(); }

private:
  const scheduler& clock_;
  std::unordered_map<message_id, sent_message> messages_;
  std::map<std::pair<partition_id, epoch>, life> writers_;
  std::map<std::pair<conversation_id, user_id>, std::int64_t> receipts_;
  std::vector<std::pair<message_id, message_id>> pairs_;
};

} // namespace recado::simulation
