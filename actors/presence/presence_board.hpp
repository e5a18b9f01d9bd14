#pragma once
/// The presence of this gateway's people and of everybody's, and its way to the other gateways.
#include "actors/presence/everybody.hpp"
#include "actors/presence/seen_queries.hpp"

#include <memory>
#include <mutex>

namespace recado::presence {

/// What the board needs of the node.
struct board_ports {
  std::function<wall_time()> now;
  std::function<steady_time()> steady;
  std::function<bool()> linked;          ///< other gateways can be heard
  std::function<void(std::string)> tell; ///< to all gateways, this one too; may be lost
  /// Of one gateway; nothing: no answer in time. May answer before it returns.
  std::function<void(const gateway_key&, std::string,
                     std::function<void(std::optional<std::string>)>)>
    ask;
  std::function<void(const seen_list&, std::function<void(bool)>)> keep;
  std::function<void(const client_id&, const user_id&, const std::vector<user_id>&,
                     std::function<void(result<std::vector<known_user>>)>)>
    look_up;
};

/// Thread-safe. What it tells, changes and deltas, it tells in the order in which it happened.
class presence_board final : public presence_service,
                             public std::enable_shared_from_this<presence_board> {
public:
  presence_board(gateway_key self, board_ports ports, everybody_config config = {});

  // presence_service
  void set(const uuid& connection, const client_id& client, const user_id& user,
           presence_status now) override;
  void end(const uuid& connection) override;
  void find(const client_id& client, const user_id& viewer, std::vector<user_id> users,
            std::function<void(result<std::vector<presence_record>>)> done) override;
  void listen(std::function<void(const presence_change&)> changed) override;

  /// What a gateway told to all.
  void hear(std::string_view bytes);
  /// The answer to what another gateway asks of this one; empty: it was no question.
  std::string answer(std::string_view bytes) const;
  void on_link();
  /// Nobody answers for this process any more.
  void on_gone(const gateway_key& who);
  /// Every second.
  void tick();
  /// This gateway ends: says goodbye for all of its people.
  void leave();

private:
  using lock = std::unique_lock<std::mutex>;
  void act(lock held);
  void ask(const gateway_key& whom, const page_request& what);
  void keep(seen_list seen);
  std::vector<presence_record> records(const client_id& client,
                                       const std::vector<user_id>& users) const;

  const board_ports ports_;
  mutable std::mutex mutex_;
  everybody all_;
  std::function<void(const presence_change&)> changed_;
  bool keeping_ = false;
};

} // namespace recado::presence
