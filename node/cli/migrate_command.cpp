#include "node/cli/command.hpp"
#include "node/cli/place.hpp"
#include "node/database/migrate.hpp"
#include "runtime/observe/log.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace recado::cli {

namespace {

struct migrate_options {
  database_choice where;
  bool json = false;
};

void print_step(const store::migration_step& one) {
  std::fprintf(stderr, "  %04d %.*s (%lld ms)\n", one.version, static_cast<int>(one.name.size()),
               one.name.data(), static_cast<long long>(one.took.count()));
}

int run_migrate(const migrate_options& options) {
  auto url = find_database(options.where);
  if (!url) return complain("migrate", url.error(), options.json);
  observe::set_level(observe::level::error); // the person is told in a sentence
  auto done = database::migrate(*url, print_step);
  if (!done) return complain("migrate", done.error(), options.json);
  if (options.json)
    std::printf(
      "%s\n",
      nlohmann::json{{"version", done->version}, {"applied", done->applied}}.dump().c_str());
  else
    std::printf("the database is at version %d (%d migrations applied)\n", done->version,
                done->applied);
  return 0;
}

} // namespace

void add_migrate(CLI::App& root, chosen_command& chosen) {
  auto& command = *root.add_subcommand("migrate", "bring the database's schema up to date");
  auto options = std::make_shared<migrate_options>();
  add_database_options(command, options->where);
  finish(command, chosen, options, run_migrate);
}

} // namespace recado::cli
