#include "node/embedded/database_setup.hpp"

#include "node/database/migrate.hpp"
#include "node/database/registry.hpp"

#include <fmt/format.h>

namespace recado::embedded {

attempt<void> set_up_database(const postgres_place& place, const credentials& secrets,
                              const std::function<void(const std::string&)>& progress) {
  auto created = database::create(socket_url(place, "postgres"), "recado");
  if (!created) return sorry(created.error());
  auto migrated = database::migrate(socket_url(place), [&](const store::migration_step& one) {
    progress(fmt::format("migrated the database: {}", one.name));
  });
  if (!migrated) return sorry(migrated.error());
  return set_up_clients(place, secrets);
}

attempt<void> set_up_clients(const postgres_place& place, const credentials& secrets) {
  store::connection db{database::setup_connection(socket_url(place))};
  // base64url has nothing to quote; over TCP everybody on this machine can knock.
  auto sql = fmt::format("alter role recado password '{}'", secrets.postgres_password);
  if (auto set = db.script(sql); !set) return sorry(store::describe(set.error()));
  auto demo = clients::ensure(db, *client_id::parse(secrets.client_id), "demo",
                              clients::demo_scopes, secrets.client_secret);
  if (!demo) return demo;
  return clients::ensure(db, *client_id::parse(secrets.admin_client_id), "demo admin",
                         clients::admin_scopes, secrets.admin_client_secret);
}

} // namespace recado::embedded
