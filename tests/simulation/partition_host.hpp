#pragma once
/// One owned partition, as actors/partition hosts it: commands in, conversations decide, cursors
/// move.
#include "tests/simulation/site.hpp"

#include "actors/writer/protocol.hpp"
#include "cluster/writer/cursor.hpp"
#include "runtime/policy/dedupe_window.hpp"

namespace recado::simulation {

class partition_host {
public:
  struct ports {
    std::function<void(work)> enqueue; ///< to its writer
    std::function<void(partition_id, lane, std::uint32_t)> grant;
  };
  partition_host(site& at, const identity& who, const cluster::owned_partition& what, ports to);

  // --- commands in
  void on_stream(const reader_key& key, const cluster::position& at, const command& what);
  void on_idle(const reader_key& key, const cluster::position& at);
  void on_direct(const command& what, bool only_copy);

  // --- the writer's turn
  partition_decided decide(const undecided_list& items, const facts& known);
  void settle(const items_settled& batch);
  void end(const undecided_list& items);
  void forget(epoch held);

  // --- life
  void passivate();
  cluster::lane_cursors cursors() const;
  const cluster::owned_partition& acquired() const noexcept { return acquired_; }

private:
  struct resident {
    bool loaded = false;
    std::size_t waiting = 0;
    conversation_state state;
  };
  void enqueue(undecided item);
  undecided_ptr doubted(const undecided_ptr& item);
  std::optional<journal::cursor_row> due_cursor();

  site& at_;
  const identity& who_;
  cluster::owned_partition acquired_;
  ports ports_;
  std::array<cluster::cursor_tracker, lanes> trackers_;
  std::map<conversation_key, resident> residents_;
  policy::dedupe_window<command_id, char> seen_, refused_;
  steady_time cursor_at_{};
};

} // namespace recado::simulation
