#pragma once
/// One io thread with its io_context, its connections and its one clock. A connection never leaves
/// its loop, so nothing on it needs a lock.
#include "runtime/http/detail/gate.hpp"
#include "runtime/http/server.hpp"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <condition_variable>
#include <thread>
#include <unordered_set>

namespace recado::http::detail {

namespace net = boost::asio;
using steady = std::chrono::steady_clock;
class connection;

/// What all loops of a server share; read by any thread.
struct shared_state {
  server_config config;
  std::shared_ptr<handler> app;
  std::unique_ptr<net::ssl::context> tls;
  std::atomic<bool> draining = false; ///< every answer says `Connection: close`
  std::atomic<bool> closing = false;  ///< and nobody is waited for who was told nothing
  std::atomic<int> lasting_code = 0;  ///< what long connections are closed with; 0: they may last

  std::atomic<std::size_t> connections = 0, websockets = 0, streams = 0;
  std::atomic<std::uint64_t> accepted = 0, requests = 0, errors = 0, slow_readers = 0;

  std::mutex mutex; ///< with `changed`, for stop() to wait until connections == 0
  std::condition_variable changed;
};

class loop {
public:
  /// Deadlines are kept to this precision.
  static constexpr std::chrono::milliseconds tick{100};

  explicit loop(shared_state& server);
  ~loop() { shut(); }

  void run();

  /// Drops every connection and joins the thread. Blocks.
  void shut();
  net::io_context& context() { return context_; }
  std::shared_ptr<gate> entrance() const { return gate_; }

  // The rest is for the loop's own thread.
  void add(connection& one) { connections_.insert(&one); }
  void remove(connection& one) { connections_.erase(&one); }
  std::string_view date() const { return date_; } ///< for the Date header
  void close_idle();
  void close_lasting(int code, std::chrono::milliseconds spread);

  shared_state& server;

private:
  void arm();
  void on_tick();
  void drop_all();

  net::io_context context_{1};
  net::executor_work_guard<net::io_context::executor_type> work_;
  net::steady_timer ticker_;
  std::shared_ptr<gate> gate_;
  std::unordered_set<connection*> connections_;
  std::time_t date_second_ = 0;
  std::string date_;
  std::thread thread_;
};

} // namespace recado::http::detail
