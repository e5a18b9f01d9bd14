#pragma once
/// The handles given to the program for a long connection. They outlive the connection: all they
/// share with it is an outbox, some counters and the loop's gate.
#include "runtime/http/detail/gate.hpp"
#include "runtime/http/detail/outbox.hpp"
#include "runtime/http/peer.hpp"

#include <atomic>

namespace recado::http::detail {

/// Close codes of RFC 6455, 7.4.1, and ours.
enum close_code : int {
  unsupported_data = 1003,
  abnormal = 1006,
  service_restart = 1012,
  slow_reader = 4408,
};

/// Wakes the coroutines of a connection from any thread, as long as it lives.
class waker : public std::enable_shared_from_this<waker> {
public:
  explicit waker(std::shared_ptr<gate> loop) : loop_(std::move(loop)) {}

  void wake();

  std::function<void()> on_wake; ///< io thread only; emptied when the connection ends

private:
  std::shared_ptr<gate> loop_;
};

class ws_link final : public ws_peer {
public:
  ws_link(std::size_t bytes_max, std::size_t frames_max, std::size_t unconsumed_max,
          std::shared_ptr<waker> waker)
    : out(bytes_max, frames_max),
      wake(std::move(waker)),
      unconsumed_max_(static_cast<long>(unconsumed_max)) {}

  bool send(std::string text) override;
  void close(int code, std::string reason) override;
  void consumed() override;
  std::size_t queued_bytes() const override { return out.bytes(); }

  /// io thread: on_text is about to be called; may_read: another text may be.
  void given() { ++unconsumed_; }
  bool may_read() const { return unconsumed_ < unconsumed_max_; }

  outbox out;
  const std::shared_ptr<waker> wake;

private:
  const long unconsumed_max_;
  std::atomic<long> unconsumed_ = 0;
};

class stream_link final : public stream_peer {
public:
  stream_link(std::size_t bytes_max, std::shared_ptr<waker> waker)
    : out(bytes_max, bytes_max),
      wake(std::move(waker)) {}

  bool send(std::string bytes) override;
  void close() override;
  std::size_t queued_bytes() const override { return out.bytes(); }

  outbox out;
  const std::shared_ptr<waker> wake;
};

} // namespace recado::http::detail
