#pragma once
/// INTERNAL to runtime/store: libpq with owners, and the waits between its non-blocking calls.
#include "runtime/store/connection.hpp"

#include <libpq-fe.h>
#include <memory>
#include <optional>

namespace recado::store {

struct pq_free {
  void operator()(PGconn* c) const noexcept { PQfinish(c); }
  void operator()(PGresult* r) const noexcept { PQclear(r); }
};
using pg_conn = std::unique_ptr<PGconn, pq_free>;
using pg_result = std::unique_ptr<PGresult, pq_free>;

/// Why a wait ended.
enum class wait_end { ready, lost, late };

/// Waits until the socket is readable (or writable, if asked for) or the deadline passed.
wait_end wait_socket(PGconn* c, bool readable, bool writable, deadline until);
/// Sends what libpq has buffered, reading what comes meanwhile.
wait_end flush(PGconn* c, deadline until);
/// The next result; an empty one is libpq's separator between two statements.
wait_end next_result(PGconn* c, deadline until, pg_result& out);
/// False if the server has hung up while nobody was looking.
bool still_there(PGconn* c);

/// The answer of the server as an error; nullopt if libpq made it up because the link is gone.
std::optional<store_error> error_of(const PGresult* r);
bool is_fatal(const PGresult* r);
std::string last_error(PGconn* c);

/// Connects, with our settings, within the deadline.
tl::expected<pg_conn, store_error> dial(const connection_config& config, deadline until);

/// Builds rows from results.
class row_source {
public:
  static rows make(pg_result result, expect kept);
};

} // namespace recado::store
