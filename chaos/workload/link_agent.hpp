#pragma once
/// A WebSocket session that comes back: to another node when its own closes, falls silent or cannot
/// be reached.
#include "chaos/sockets/web_socket.hpp"
#include "chaos/workload/scene.hpp"

namespace recado::chaos {

class link_agent : public web_socket {
public:
  link_agent(scene& in, std::string name, std::size_t person);
  virtual void tick(micros now);
  const std::string& name() const noexcept { return name_; }

protected:
  /// The server is ready: whatever must be said first.
  virtual void on_link() = 0;
  virtual void on_text(std::string_view text) = 0; ///< after `ready`
  /// The connection is gone, for whatever reason.
  virtual void on_link_lost(std::string_view /*why*/) {}
  /// Whether this is a good moment to move to another node.
  virtual bool may_move() const { return true; }
  bool wants_to_move(micros now) const { return now >= leave_at_; }

  /// Ends this connection and opens another one, at another node.
  void leave(std::string_view why, micros pause = 0);
  unsigned link() const noexcept { return link_; }
  unsigned node() const noexcept { return node_; }
  scene& in_;

private:
  void on_ready() final;
  void on_lost() final;
  void begin_link(micros now);
  void gone(std::string_view why, micros pause);

  enum class stage : std::uint8_t { waiting, connecting, listening };
  const std::string name_;
  const std::size_t person_;
  stage stage_ = stage::waiting;
  unsigned node_ = 0;
  unsigned link_ = 0;
  unsigned failures_ = 0;
  micros until_ = 0; ///< of waiting and connecting
  micros leave_at_ = 0;
  micros ping_at_ = 0;
  micros heard_at_ = 0;
  std::uint64_t heard_ = 0;
};

} // namespace recado::chaos
