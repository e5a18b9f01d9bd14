#include "runtime/observe/log.hpp"
#include "runtime/store/pq.hpp"

#include <array>

namespace recado::store {
namespace {

constexpr std::size_t application_name_max = 63;

void log_notice(void*, const char* text) {
  std::string_view line{text};
  while (!line.empty() && line.back() == '\n')
    line.remove_suffix(1);
  observe::log_debug("store-notice", "{}", line);
}

/// Every statement looks up or writes rows by key. A prepared statement is planned while its tables
/// are still empty, and the plan that is best then (read the whole table and join) is kept while
/// they grow: so such plans are ruled out.
constexpr std::string_view planner_settings =
  "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_material=off "
  "-c enable_memoize=off";

std::string server_settings(const connection_config& config) {
  return fmt::format("-c statement_timeout={} -c lock_timeout={} "
                     "-c client_connection_check_interval={} -c timezone=UTC {}",
                     config.statement_timeout.count(), config.lock_timeout.count(),
                     config.connection_check_interval.count(), planner_settings);
}

pg_conn start(const connection_config& config) {
  auto name = config.application_name.substr(0, application_name_max);
  auto settings = server_settings(config);
  // The url comes first: what follows overrides it.
  std::array<const char*, 5> keys{"dbname", "application_name", "options", "client_encoding",
                                  nullptr};
  std::array<const char*, 5> values{config.url.c_str(), name.c_str(), settings.c_str(), "UTF8",
                                    nullptr};
  return pg_conn{PQconnectStartParams(keys.data(), values.data(), 1)};
}

tl::unexpected<store_error> refused(std::string message) {
  return tl::unexpected{store_error{error_kind::connection, {}, std::move(message), {}, {}}};
}

} // namespace

tl::expected<pg_conn, store_error> dial(const connection_config& config, deadline until) {
  auto c = start(config);
  if (!c || PQstatus(c.get()) == CONNECTION_BAD) return refused(last_error(c.get()));
  PQsetNoticeProcessor(c.get(), log_notice, nullptr);
  auto step = PGRES_POLLING_WRITING;
  while (step != PGRES_POLLING_OK) {
    if (step == PGRES_POLLING_FAILED) return refused(last_error(c.get()));
    auto end =
      wait_socket(c.get(), step == PGRES_POLLING_READING, step == PGRES_POLLING_WRITING, until);
    if (end == wait_end::late) return refused("no connection within the time given");
    if (end == wait_end::lost) return refused(last_error(c.get()));
    step = PQconnectPoll(c.get());
  }
  if (PQsetnonblocking(c.get(), 1) != 0) return refused(last_error(c.get()));
  return c;
}

} // namespace recado::store
