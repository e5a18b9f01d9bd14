#include "actors/accounts/account_queries.hpp"
#include "actors/accounts/accounts.hpp"
#include "actors/query/query.hpp"

#include <algorithm>

namespace recado {
namespace {

using query::answers;
using store::tx;

class pg_accounts final : public account_service {
public:
  pg_accounts(store::pool& db, sealer seal, accounts_config config)
    : db_(db),
      seal_(std::move(seal)),
      config_(config) {}

  void create(stored_account what, on_result<stored_account> done) override {
    one({"create account", {accounts::create(what, seal_)}, tx::single, true}, ec::account_exists,
        std::move(done));
  }
  void get(const account_key& key, on_result<stored_account> done) override {
    one({"get account", {accounts::get(key)}}, ec::account_not_found, std::move(done));
  }
  void replace(stored_account what, on_result<stored_account> done) override {
    one({"replace account", {accounts::replace(what, seal_)}, tx::single, true},
        ec::precondition_failed, std::move(done));
  }
  void remove(const account_key& key, on_result<std::int64_t> done) override;
  void list(const client_id& client, std::string after, std::size_t limit,
            on_result<page<stored_account>> done) override;
  void changes_since(wall_time then, on_result<changes> done) override;

private:
  template <class T, class Decode>
  void ask(query::question asked, on_result<T> done, Decode decode) {
    query::ask(db_, std::move(asked), query::within(config_.query_ms_max), std::move(done),
               std::move(decode));
  }
  void one(query::question asked, ec none, on_result<stored_account> done) {
    ask(std::move(asked), std::move(done),
        [none, seal = seal_](const answers& got) -> result<stored_account> {
          if (got[0].empty()) return fail(none);
          return accounts::account_of(got[0], 0, seal);
        });
  }

  store::pool& db_;
  sealer seal_;
  accounts_config config_;
};

void pg_accounts::remove(const account_key& key, on_result<std::int64_t> done) {
  ask({"remove account", {accounts::remove(key)}, tx::single, true}, std::move(done),
      [](const answers& got) -> result<std::int64_t> {
        if (got[0].empty()) return fail(ec::account_not_found);
        return got[0].get_int(0, 0);
      });
}

void pg_accounts::list(const client_id& client, std::string after, std::size_t limit,
                       on_result<page<stored_account>> done) {
  auto comma = after.find(','); // in no name of a channel
  if (!after.empty() && comma == after.npos) return done(fail(ec::invalid_cursor));
  auto channel = after.substr(0, std::min(comma, after.size()));
  auto name = after.empty() ? std::string{} : after.substr(comma + 1);
  limit = std::clamp<std::size_t>(limit, 1, config_.list_max);
  ask({"list accounts", {accounts::list(client, channel, name, limit + 1)}}, std::move(done),
      [limit, seal = seal_](const answers& got) -> result<page<stored_account>> {
        page<stored_account> out;
        for (std::size_t i = 0; i < std::min(got[0].size(), limit); ++i)
          out.items.push_back(accounts::account_of(got[0], i, seal));
        if (got[0].size() > limit) {
          const auto& last = out.items.back().record.key;
          out.next = last.channel + ',' + last.account;
        }
        return out;
      });
}

void pg_accounts::changes_since(wall_time then, on_result<changes> done) {
  ask({"changed accounts", {accounts::changed(then - config_.overlap)}}, std::move(done),
      [seal = seal_](const answers& got) -> result<changes> {
        changes out;
        for (std::size_t i = 0; i < got[0].size(); ++i) {
          out.up_to = got[0].get_time(i, 13);
          if (got[0].is_null(i, 0)) continue;
          if (accounts::is_tombstone(got[0], i))
            out.removed.push_back(accounts::key_of(got[0], i));
          else
            out.made.push_back(accounts::account_of(got[0], i, seal));
        }
        return out;
      });
}

} // namespace

std::shared_ptr<account_service> make_accounts(store::pool& db, sealer seal,
                                               accounts_config config) {
  return std::make_shared<pg_accounts>(db, std::move(seal), config);
}

} // namespace recado
