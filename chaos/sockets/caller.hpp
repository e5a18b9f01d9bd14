#pragma once
/// One HTTP/1.1 connection that is kept, with one request under way.
#include "chaos/sockets/poller.hpp"

#include <functional>

namespace recado::chaos {

struct http_answer {
  int status = 0;
  std::string_view head; ///< with the status line; valid during the call, as the body
  std::string_view body;

  /// The value of a header, in any case; empty if absent.
  std::string_view header(std::string_view name) const;
};

/// Reads one whole answer from the front; how many bytes it took, 0 when some are missing.
std::size_t read_answer(std::string_view all, http_answer& into);

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

} // namespace recado::chaos
