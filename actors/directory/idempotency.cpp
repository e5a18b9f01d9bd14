#include "actors/directory/directory.hpp"
#include "actors/directory/idempotency_queries.hpp"
#include "actors/query/query.hpp"

#include <atomic>

namespace recado {
namespace {

using clock = std::chrono::steady_clock;
using query::answers;

class pg_idempotency final : public idempotency_service {
public:
  pg_idempotency(store::pool& db, directory_config config) : db_(db), config_(config) {}

  void find(const client_id& client, std::string route, std::string key, request_hash hash,
            on_result<std::optional<stored_answer>> done) override;
  void keep(const client_id& client, std::string route, std::string key, request_hash hash,
            stored_answer answer, on_result<bool> done) override;

private:
  void purge_if_due();

  store::pool& db_;
  directory_config config_;
  std::atomic<clock::duration> purge_next_{clock::now().time_since_epoch()};
};

void pg_idempotency::find(const client_id& client, std::string route, std::string key,
                          request_hash hash, on_result<std::optional<stored_answer>> done) {
  query::ask(db_, {"find answer", {remembered::find(client, route, key)}},
             query::within(config_.query_ms_max), std::move(done),
             [hash](const answers& got) -> result<std::optional<stored_answer>> {
               if (got[0].empty()) return std::nullopt;
               auto kept = remembered::row_of(got[0], 0);
               if (kept.hash != hash) return fail(ec::idempotency_mismatch);
               return std::move(kept.answer);
             });
}

void pg_idempotency::keep(const client_id& client, std::string route, std::string key,
                          request_hash hash, stored_answer answer, on_result<bool> done) {
  query::ask(
    db_,
    {"keep answer", {remembered::keep(client, route, key, hash, answer)}, store::tx::single, true},
    query::within(config_.query_ms_max), std::move(done),
    [](const answers& got) -> result<bool> { return got[0].affected() == 1; });
  purge_if_due();
}

/// Whoever finds it due does it for all; the answer that was kept does not wait for it.
void pg_idempotency::purge_if_due() {
  auto now = clock::now().time_since_epoch();
  auto due = purge_next_.load();
  if (now < due || !purge_next_.compare_exchange_strong(due, now + config_.purge_s_every)) return;
  query::ask(db_, {"purge answers", {remembered::purge()}, store::tx::single, true},
             query::within(config_.query_ms_max), on_result<bool>{[](const result<bool>&) {}},
             [](const answers&) -> result<bool> { return true; });
}

} // namespace

std::shared_ptr<idempotency_service> make_idempotency(store::pool& db, directory_config config) {
  return std::make_shared<pg_idempotency>(db, config);
}

} // namespace recado
