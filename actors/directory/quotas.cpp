#include "actors/directory/directory.hpp"
#include "actors/directory/quota_queries.hpp"
#include "actors/query/query.hpp"

namespace recado {
namespace {

using query::answers;

class pg_quotas final : public quota_service {
public:
  pg_quotas(store::pool& db, directory_config config) : db_(db), config_(config) {}

  /// Whoever asks answers a person: that a portion may be lost is not the person's matter, so an
  /// unknown outcome is an unavailable store like any other.
  void take(question what, on_result<portion> done) override {
    query::ask(db_, {"take quota", {quotas::take(what, config_.quota_share_max)}},
               query::within(config_.quota_ms_max), std::move(done),
               [](const answers& got) -> result<portion> { return quotas::portion_of(got[0]); });
  }
  void give_back(const client_id& client, std::chrono::sys_days day,
                 std::int64_t messages) override {
    query::ask(db_, {"give back quota", {quotas::give_back(client, day, messages)}},
               query::within(config_.quota_ms_max), on_result<bool>{[](const result<bool>&) {}},
               [](const answers&) -> result<bool> { return true; });
  }

private:
  store::pool& db_;
  const directory_config config_;
};

} // namespace

std::shared_ptr<quota_service> make_quotas(store::pool& db, directory_config config) {
  return std::make_shared<pg_quotas>(db, config);
}

} // namespace recado
