#include "runtime/store/connection.hpp"

#include "runtime/observe/log.hpp"
#include "runtime/store/pipeline.hpp"

#include <algorithm>

namespace recado::store {

struct connection::impl {
  connection_config config;
  pg_conn c;
  prepared_names prepared;
  std::uint64_t opens = 0;
  bool refusing = false;
  // Reconnecting: until retry_at, open() repeats the last refusal.
  milliseconds backoff{0};
  deadline retry_at{};
  store_error last_refusal;

  deadline limit(deadline until) const {
    if (config.run_timeout.count() <= 0) return until;
    return std::min(until, deadline::clock::now() + config.run_timeout);
  }
  void drop() noexcept {
    c.reset();
    prepared.clear();
  }
  tl::expected<void, store_error> open(deadline until);
  tl::expected<void, store_error> script(std::string_view sql, deadline until);
  tl::expected<void, store_error> refused(store_error error);
  void roll_back(deadline until);
};

tl::expected<void, store_error> connection::impl::open(deadline until) {
  if (refusing) {
    drop();
    return tl::unexpected{store_error{error_kind::stopped, {}, "shutting down", {}, {}}};
  }
  if (c && still_there(c.get())) return {};
  drop();
  auto now = deadline::clock::now();
  if (now < retry_at) return tl::unexpected{last_refusal};
  auto dialed = dial(config, std::min(until, now + config.connect_timeout));
  if (!dialed) return refused(std::move(dialed.error()));
  c = std::move(*dialed);
  if (!config.on_open_sql.empty()) {
    if (auto ready = script(config.on_open_sql, until); !ready) {
      drop();
      ready.error().kind = error_kind::connection;
      return refused(std::move(ready.error()));
    }
  }
  backoff = milliseconds{0};
  ++opens;
  observe::log_debug("store-connected", "{} pid {}", config.application_name,
                     PQbackendPID(c.get()));
  return {};
}

tl::expected<void, store_error> connection::impl::refused(store_error error) {
  if (backoff.count() == 0)
    observe::log_warn("store-unreachable", "{} {}", config.application_name, describe(error));
  backoff = std::min(std::max(backoff * 2, config.reconnect_backoff), config.reconnect_backoff_max);
  retry_at = deadline::clock::now() + backoff;
  last_refusal = error;
  return tl::unexpected{std::move(error)};
}

tl::expected<void, store_error> connection::impl::script(std::string_view sql, deadline until) {
  store_error error;
  auto lost = [&](wait_end end) {
    auto why =
      end == wait_end::late ? std::string{"no answer within the time given"} : last_error(c.get());
    drop();
    if (error.kind == error_kind::none)
      error = {error_kind::unknown_outcome, {}, std::move(why), {}, {}};
    return tl::unexpected{std::move(error)};
  };
  if (PQsendQuery(c.get(), std::string{sql}.c_str()) == 0) return lost(wait_end::lost);
  if (auto end = flush(c.get(), until); end != wait_end::ready) return lost(end);
  for (;;) {
    pg_result result;
    if (auto end = next_result(c.get(), until, result); end != wait_end::ready) return lost(end);
    if (!result) break;
    auto status = PQresultStatus(result.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
      return lost(wait_end::lost);
    if (status != PGRES_FATAL_ERROR) continue;
    auto answer = error_of(result.get());
    if (!answer || is_fatal(result.get())) return lost(wait_end::lost);
    if (error.kind == error_kind::none) error = std::move(*answer);
  }
  if (error.kind != error_kind::none) return tl::unexpected{std::move(error)};
  return {};
}

/// A failed transaction has released its locks already; this makes the session usable again.
void connection::impl::roll_back(deadline until) {
  if (PQtransactionStatus(c.get()) != PQTRANS_INERROR) return;
  if (!script("ROLLBACK", until)) drop();
}

connection::connection(connection_config config) : impl_(std::make_unique<impl>()) {
  impl_->config = std::move(config);
}
connection::~connection() = default;
connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;

tl::expected<void, store_error> connection::open() {
  return impl_->open(deadline::max());
}
bool connection::is_open() const noexcept {
  return impl_->c && PQstatus(impl_->c.get()) == CONNECTION_OK;
}
void connection::close() noexcept {
  impl_->drop();
}
std::uint64_t connection::opens() const noexcept {
  return impl_->opens;
}
int connection::backend_pid() const noexcept {
  return impl_->c ? PQbackendPID(impl_->c.get()) : 0;
}
const connection_config& connection::config() const noexcept {
  return impl_->config;
}
void connection::refuse_all() noexcept {
  impl_->refusing = true;
}

outcome connection::run(std::span<const statement> statements, tx mode, deadline until) {
  until = impl_->limit(until);
  if (auto opened = impl_->open(until); !opened) return tl::unexpected{std::move(opened.error())};
  pipeline trip{impl_->c.get(), impl_->prepared, mode, until};
  auto result = trip.run(statements);
  if (trip.broken())
    impl_->drop();
  else
    impl_->roll_back(until);
  return result;
}

tl::expected<rows, store_error> connection::run_one(const statement& one, tx mode, deadline until) {
  return run({&one, 1}, mode, until).map([](std::vector<rows> all) { return std::move(all[0]); });
}

tl::expected<void, store_error> connection::script(std::string_view sql, deadline until) {
  until = impl_->limit(until);
  if (auto opened = impl_->open(until); !opened) return opened;
  return impl_->script(sql, until);
}

} // namespace recado::store
