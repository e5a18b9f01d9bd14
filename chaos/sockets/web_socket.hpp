#pragma once
/// One WebSocket session of /v1/ws: text out, text in.
#include "chaos/sockets/poller.hpp"

#include <functional>
#include <string>

namespace recado::chaos {

class web_socket : public connection {
public:
  /// A text message of the server; valid during the call.
  using listener = std::function<void(web_socket&, std::string_view text)>;
  explicit web_socket(listener heard) : heard_(std::move(heard)) {}

  /// Connects (blocking, see poller::connect) and asks for the upgrade; listening() becomes true
  /// when the server has agreed and said "ready".
  void start(poller& loop, const std::string& host, std::uint16_t port, const std::string& token);
  /// The same without waiting. False: it failed at once.
  [[nodiscard]] bool begin(poller& loop, const std::string& host, std::uint16_t port,
                           const std::string& token);
  bool listening() const noexcept { return ready_; }
  bool lost() const noexcept { return lost_; }
  int close_code() const noexcept { return close_code_; } ///< the server's, 0 without one

  int refusal() const noexcept { return refusal_; } ///< the status that was not 101, else 0

  void send_text(std::string_view text);
  void send_ping();
  void send_close();

  /// Frames of any kind so far, pongs included: a sign of life.
  std::uint64_t frames() const noexcept { return frames_; }

  std::int64_t last_seq = 0; ///< the listener's

protected:
  virtual void on_ready() {}
  virtual void on_lost() {}

private:
  void forget();
  void ask(const std::string& host, std::uint16_t port, const std::string& token);
  std::size_t on_bytes(std::string_view all) override;
  std::size_t on_frame(std::string_view all);
  void take_text(std::string_view text);
  void on_closed() override;

  listener heard_;
  bool upgraded_ = false;
  bool ready_ = false;
  bool lost_ = false;
  int close_code_ = 0;
  int refusal_ = 0;
  std::uint64_t frames_ = 0;
};

} // namespace recado::chaos
