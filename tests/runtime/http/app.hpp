#pragma once
/// A program to be served: one route per behaviour under test.
#include "client.hpp"
#include "runtime/http/server.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace recado::http::test {

class app final : public handler {
public:
  /// /refused 401; /small at most 10 bytes; /sink into `sunk`.
  early_answer on_headers(const request& head) override;

  /// /echo the body; /about method, path, query and context; /later parks the responder; /abandon
  /// drops it; /throw; /split unsafe headers; /empty 204; /stream parks `stream`; /big 4 MiB.
  void on_request(request asked, responder answer) override;

  /// /ws echo; /quiet parks the peer and keeps texts without consumed(); /no 403; /park.
  void on_upgrade(request asked, upgrader answer) override;
  response on_protocol_error(int status, std::string_view detail) override;

  /// The oldest parked responder; waits for it.
  responder parked();
  ws_peer_ptr peer();
  stream_peer_ptr stream();
  std::size_t texts() const;

  std::atomic<int> close_code = 0;
  std::atomic<int> streams_closed = 0;
  std::atomic<int> refused_before_body = 0;
  std::atomic<std::size_t> sunk = 0;

private:
  template <class T>
  T wait_for(std::deque<T>& from);
  ws_callbacks callbacks(ws_peer_ptr peer, bool echo);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<responder> parked_;
  std::deque<ws_peer_ptr> peers_;
  std::deque<stream_peer_ptr> streams_;
  std::size_t texts_ = 0;
};

/// A served app on a free port.
struct world {
  explicit world(server_config config = {});
  std::uint16_t port() const { return web->port(); }

  std::shared_ptr<app> program = std::make_shared<app>();
  std::unique_ptr<server> web;
};

} // namespace recado::http::test
