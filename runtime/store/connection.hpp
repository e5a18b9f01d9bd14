#pragma once
/// One connection to PostgreSQL, used by one thread, blocking.
#include "runtime/store/statement.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <tl/expected.hpp>

namespace recado::store {

using deadline = std::chrono::steady_clock::time_point;
using milliseconds = std::chrono::milliseconds;

struct connection_config {
  /// libpq URI or keywords: "postgresql://recado@db/recado", "host=/tmp/pg user=recado".
  std::string url;
  std::string application_name = "recado"; ///< at most 63 bytes, the rest is cut
  milliseconds connect_timeout{2'000};     ///< for the whole of open(), name lookup excepted
  milliseconds run_timeout{10'000};        ///< our own deadline of one run(), 0 = none
  milliseconds statement_timeout{8'000};   ///< the server's, per statement; 0 = none
  milliseconds lock_timeout{0};            ///< the server's, per lock; 0 = none
  /// The server looks every so often whether we are still there while it runs our query.
  milliseconds connection_check_interval{500};
  /// After a failed open() the next one fails at once until this has passed; doubles up to max.
  milliseconds reconnect_backoff{20};
  milliseconds reconnect_backoff_max{250};
  std::string on_open_sql; ///< run after each connect (a session's advisory lock …)
};

enum class tx : std::uint8_t {
  transaction, ///< BEGIN, the statements, COMMIT
  single,      ///< one implicit transaction without BEGIN/COMMIT: all or nothing too, may write
  read,        ///< BEGIN REPEATABLE READ READ ONLY: one snapshot; never an unknown outcome
};

class connection {
public:
  explicit connection(connection_config config);
  ~connection();
  connection(connection&&) noexcept;
  connection& operator=(connection&&) noexcept;

  /// Connects unless connected. run() and script() do it themselves: reconnecting is lazy.
  tl::expected<void, store_error> open();
  bool is_open() const noexcept;
  void close() noexcept;

  /// ONE pipelined round trip; nothing is awaited between BEGIN and COMMIT. Prepares what is
  /// used for the first time on this connection within it. After an error nothing was committed,
  /// except after unknown_outcome. A lost or late connection is dropped.
  outcome run(std::span<const statement> statements, tx mode, deadline until = deadline::max());
  tl::expected<rows, store_error> run_one(const statement& one, tx mode = tx::single,
                                          deadline until = deadline::max());
  /// Several commands as text, no parameters; for migrations and administration. Without
  /// BEGIN/COMMIT in it, it is one transaction. Result: the last command's rows, as text columns.
  tl::expected<void, store_error> script(std::string_view sql, deadline until = deadline::max());

  /// Successful opens so far; a change tells that the session is a new one.
  std::uint64_t opens() const noexcept;
  int backend_pid() const noexcept; ///< 0 while not connected
  const connection_config& config() const noexcept;

  /// INTERNAL to worker: from now on every call answers `stopped` without touching the server.
  void refuse_all() noexcept;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace recado::store
