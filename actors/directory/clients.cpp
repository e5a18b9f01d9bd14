#include "actors/directory/client_queries.hpp"
#include "actors/directory/directory.hpp"
#include "actors/query/query.hpp"

namespace recado {
namespace {

using query::answers;

class pg_clients final : public client_service {
public:
  pg_clients(store::pool& db, directory_config config) : db_(db), timeout_(config.query_ms_max) {}

  void find(const client_id& id, on_result<client_record> done) override {
    one({"find client", {clients::find(id)}}, ec::invalid_client, std::move(done));
  }
  void create(client_record record, on_result<client_record> done) override {
    one({"create client", {clients::create(record)}, store::tx::single, true, ec::conflict},
        ec::internal, std::move(done));
  }
  void rotate(const client_id& id, std::string secret, on_result<client_record> done) override {
    one({"rotate client", {clients::rotate(id, secret)}, store::tx::single, true},
        ec::invalid_client, std::move(done));
  }
  void list(on_result<std::vector<client_record>> done) override {
    all<client_record>({"list clients", {clients::list()}}, clients::client_of, std::move(done));
  }
  void signing_keys(signing_key fresh, on_result<std::vector<signing_key>> done) override {
    all<signing_key>({"signing keys", clients::keys_or(fresh), store::tx::transaction, true},
                     clients::key_of, std::move(done));
  }

private:
  void one(query::question asked, ec none, on_result<client_record> done) {
    query::ask(db_, std::move(asked), query::within(timeout_), std::move(done),
               [none](const answers& got) -> result<client_record> {
                 if (got.back().empty()) return fail(none);
                 return clients::client_of(got.back(), 0);
               });
  }
  template <class T>
  void all(query::question asked, T (*codec)(const store::rows&, std::size_t),
           on_result<std::vector<T>> done) {
    query::ask(db_, std::move(asked), query::within(timeout_), std::move(done),
               [codec](const answers& got) -> result<std::vector<T>> {
                 std::vector<T> out;
                 for (std::size_t i = 0; i < got.back().size(); ++i)
                   out.push_back(codec(got.back(), i));
                 return out;
               });
  }

  store::pool& db_;
  store::milliseconds timeout_;
};

} // namespace

std::shared_ptr<client_service> make_clients(store::pool& db, directory_config config) {
  return std::make_shared<pg_clients>(db, config);
}

} // namespace recado
