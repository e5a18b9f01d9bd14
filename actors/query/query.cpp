#include "actors/query/query.hpp"

#include "runtime/observe/log.hpp"

#include <atomic>

namespace recado::query {
namespace {

problem bug(std::string_view what, std::string_view why) {
  observe::log_error("query-failed", "{}: {}", what, why);
  return problem{ec::internal};
}

/// At most one line a second: while the database is down every request comes by here.
bool time_for_a_line() {
  using namespace std::chrono;
  static std::atomic<std::int64_t> next{0};
  auto now = duration_cast<seconds>(steady_clock::now().time_since_epoch()).count();
  auto due = next.load(std::memory_order_relaxed);
  return now >= due && next.compare_exchange_strong(due, now + 1);
}

problem unavailable(std::string_view what, const store::store_error& error) {
  if (time_for_a_line()) observe::log_warn("query-unanswered", "{}: {}", what, describe(error));
  return problem{ec::store_unavailable};
}

} // namespace

problem undecodable(std::string_view what, const char* why) {
  return bug(what, why);
}

problem problem_of(const question& asked, const store::store_error& error) {
  using store::error_kind;
  switch (error.kind) {
  case error_kind::unique_violation:
    if (asked.on_unique != ec::internal) return problem{asked.on_unique};
    return bug(asked.what, describe(error));
  case error_kind::unknown_outcome:
    return asked.writes ? problem{ec::outcome_unknown} : unavailable(asked.what, error);
  case error_kind::transient:
  case error_kind::connection:
  case error_kind::timeout:
    return unavailable(asked.what, error);
  case error_kind::overloaded:
    return problem{ec::overloaded};
  case error_kind::stopped:
    return problem{ec::shutting_down};
  case error_kind::none:
  case error_kind::fenced:
  case error_kind::poison:
    break;
  }
  return bug(asked.what, describe(error));
}

} // namespace recado::query
