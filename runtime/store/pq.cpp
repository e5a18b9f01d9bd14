#include "runtime/store/pq.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>

namespace recado::store {
namespace {

int millis_until(deadline until) {
  if (until == deadline::max()) return -1;
  auto left = std::chrono::ceil<milliseconds>(until - deadline::clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

std::string field(const PGresult* r, int code) {
  const char* text = PQresultErrorField(r, code);
  return text ? text : "";
}

} // namespace

wait_end wait_socket(PGconn* c, bool readable, bool writable, deadline until) {
  auto events = static_cast<short>((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));
  for (;;) {
    pollfd fd{PQsocket(c), events, 0};
    if (fd.fd < 0) return wait_end::lost;
    int timeout = millis_until(until);
    int n = ::poll(&fd, 1, timeout);
    if (n > 0) return wait_end::ready;
    if (n < 0 && errno != EINTR) return wait_end::lost;
    if (timeout >= 0 && deadline::clock::now() >= until) return wait_end::late;
  }
}

wait_end flush(PGconn* c, deadline until) {
  for (;;) {
    int left = PQflush(c);
    if (left == 0) return wait_end::ready;
    if (left < 0) return wait_end::lost;
    if (auto end = wait_socket(c, true, true, until); end != wait_end::ready) return end;
    // A server that cannot write its answers stops reading our statements.
    if (PQconsumeInput(c) == 0) return wait_end::lost;
  }
}

wait_end next_result(PGconn* c, deadline until, pg_result& out) {
  while (PQisBusy(c) != 0) {
    if (auto end = wait_socket(c, true, false, until); end != wait_end::ready) return end;
    if (PQconsumeInput(c) == 0) return wait_end::lost;
  }
  out.reset(PQgetResult(c));
  return wait_end::ready;
}

bool still_there(PGconn* c) {
  auto now = deadline::clock::now();
  while (wait_socket(c, true, false, now) == wait_end::ready) {
    if (PQconsumeInput(c) == 0) return false;
    PQisBusy(c); // takes notices and parameter changes out of the buffer
  }
  return PQstatus(c) == CONNECTION_OK;
}

std::optional<store_error> error_of(const PGresult* r) {
  store_error error;
  error.sqlstate = field(r, PG_DIAG_SQLSTATE);
  if (error.sqlstate.empty()) return std::nullopt;
  error.kind = classify(error.sqlstate);
  if (error.kind == error_kind::none) error.kind = error_kind::transient;
  error.message = field(r, PG_DIAG_MESSAGE_PRIMARY);
  error.detail = field(r, PG_DIAG_MESSAGE_DETAIL);
  error.constraint = field(r, PG_DIAG_CONSTRAINT_NAME);
  return error;
}

bool is_fatal(const PGresult* r) {
  auto severity = field(r, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity == "FATAL" || severity == "PANIC";
}

std::string last_error(PGconn* c) {
  std::string text = c ? PQerrorMessage(c) : "out of memory";
  while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
    text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

} // namespace recado::store
