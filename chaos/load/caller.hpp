#pragma once
/// One HTTP/1.1 connection that is kept, with one request under way.
#include "chaos/load/poller.hpp"

#include <functional>

namespace recado::load {

struct http_answer {
  int status = 0;
  std::string_view body; ///< valid during the call
};

class caller final : public connection {
public:
  /// Called for every answer; nullptr: the connection was closed without one.
  using listener = std::function<void(caller&, const http_answer*)>;
  explicit caller(listener heard) : heard_(std::move(heard)) {}

  std::uint64_t first = 0; ///< number of the (first) message under way; the listener's
  std::uint64_t count = 0; ///< messages under way; 0: free

private:
  std::size_t on_bytes(std::string_view all) override;
  void on_closed() override { heard_(*this, nullptr); }

  listener heard_;
};

} // namespace recado::load
