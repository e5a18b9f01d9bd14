#pragma once
/// One WebSocket that reads: a person with the application open.
#include "chaos/load/poller.hpp"

#include <functional>
#include <string>

namespace recado::load {

class receiver final : public connection {
public:
  /// A text message of the server; valid during the call.
  using listener = std::function<void(receiver&, std::string_view text)>;
  explicit receiver(listener heard) : heard_(std::move(heard)) {}

  /// Connects and asks for the upgrade; listening() becomes true when the server has agreed and
  /// said "ready".
  void start(poller& loop, const std::string& host, std::uint16_t port, const std::string& token);
  bool listening() const noexcept { return ready_; }
  bool lost() const noexcept { return lost_; }

  std::int64_t last_seq = 0; ///< the listener's

private:
  std::size_t on_bytes(std::string_view all) override;
  std::size_t on_frame(std::string_view all);
  void on_closed() override { lost_ = true; }

  listener heard_;
  bool upgraded_ = false;
  bool ready_ = false;
  bool lost_ = false;
};

} // namespace recado::load
