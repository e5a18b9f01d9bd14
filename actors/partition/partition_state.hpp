#pragma once
/// INTERNAL to partition_actor.cpp: what a partition holds and does.
#include "actors/partition/partition_actor.hpp"
#include "cluster/writer/cursor.hpp"
#include "runtime/policy/dedupe_window.hpp"
#include "runtime/policy/intensity.hpp"

#include <caf/fwd.hpp>
#include <map>

namespace recado {

struct partition_state {
  static inline const char* name = "partition";
  explicit partition_state(partition_actor::pointer ptr) : self{ptr} {}

  void start(partition_config with, partition_ports to);
  // commands in
  void on_stream(const stream_command& got);
  void on_idle(const lane_idle& got);
  void on_direct(const direct_command& got);
  void on_own(const own_command& got);
  // the writer's turn
  void decide(const decide_items& batch);
  void on_decided(const commands_decided& got);
  void settle(const items_settled& batch);
  void end(const items_ended& batch);
  void forget(const forget_residents& why);
  // gateways
  void watch(const watch_conversations& wanted);
  void on_positions(const positions_found& got);
  void unwatch(const unwatch_conversations& wanted);
  void forget(const forget_gateway& gone);
  // life
  void on_conversation_down(const caf::actor_addr& who, const caf::error& why);
  void leave();
  void keep_house();

private:
  struct resident {
    conversation_actor actor; ///< null: none at the moment
    bool loaded = false;      ///< it has committed state
    std::size_t waiting = 0;  ///< commands of it that have not ended
    steady_time used{};
  };
  struct head {
    std::int64_t last_seq = 0;
    std::int64_t rev = 0;
  };

  void enqueue(undecided item);
  undecided_ptr doubted(const undecided_ptr& item);
  void remember_refusals(const items_settled& batch);
  resident& resident_of(const conversation_key& key);
  conversation_actor actor_of(const conversation_key& key);
  void dismiss(resident& who);
  void answer_turn();
  bool is_new_culprit(const std::optional<command_id>& only);
  void ended(const undecided_list& items);
  void tell(const items_settled& batch);
  void hand_out(const items_settled& batch);
  std::optional<journal::cursor_row> due_cursor();
  std::array<cluster::stream_cursor, lanes> cursors() const;
  steady_time now() const;

  partition_actor::pointer self;
  partition_config config;
  epoch reading = 0; ///< the epoch that its reader was started with
  partition_ports ports;
  std::array<cluster::cursor_tracker, lanes> trackers;
  std::unordered_map<conversation_key, resident> residents;
  std::map<caf::actor_addr, conversation_key> by_address;
  policy::dedupe_window<command_id, char> seen;
  policy::dedupe_window<command_id, char> refused; ///< of these, for now: they were out of order
  policy::intensity crashes;
  std::optional<command_id> last_culprit; ///< of a conversation that failed

  watchers watching;
  std::unordered_map<conversation_key, head>
    heads; ///< of watched conversations, after their commits

  // the decision under way
  std::uint64_t turn = 0;
  /// The conversations that decide, each with its command if it has but one.
  std::map<conversation_key, std::optional<command_id>> awaited;
  partition_decided answer;
  steady_time cursor_at{};
};

} // namespace recado
