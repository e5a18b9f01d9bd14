#pragma once
/// Presence as a node has it: the board, its way over NATS, and the table of when people were last
/// seen.
#include "actors/presence/presence_actor.hpp"
#include "node/wiring/settings.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/bus/bus.hpp"
#include "runtime/clock/wall_clock.hpp"
#include "runtime/store/pool.hpp"

namespace recado::wiring {

/// What it needs of the rest of the node. All outlive it.
struct presence_needs {
  const settings& with;
  bus::connection& link;
  clock::wall_clock& wall;
  std::shared_ptr<store::pool> store;
};

/// Thread-safe. Nothing of it calls anything after stop() and the end of the link.
class presence_side {
public:
  explicit presence_side(presence_needs needs);

  std::shared_ptr<presence_service> service() const { return board_; }
  /// The actor that makes its time pass.
  actor::child_spec child() const;
  /// Hears what other gateways tell and ask.
  void start();
  void on_link(bool up);
  /// Nobody answers for this process any more.
  void on_gone(const std::string& node, std::int64_t incarnation);
  /// Says goodbye for the people of this node.
  void stop();

private:
  presence::board_ports ports();
  void ask(const presence::gateway_key& whom, const std::string& bytes,
           std::function<void(std::optional<std::string>)> done);
  void keep(const presence::seen_list& seen, std::function<void(bool)> done);
  void look_up(const client_id& client, const user_id& viewer, const std::vector<user_id>& users,
               std::function<void(result<std::vector<presence::known_user>>)> done);

  presence_needs needs_;
  std::shared_ptr<presence::presence_board> board_;
  std::vector<bus::subscription> subscriptions_;
};

} // namespace recado::wiring
