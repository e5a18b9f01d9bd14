#include "cluster/ownership/cluster_table.hpp"
#include "node/cli/command.hpp"
#include "node/cli/place.hpp"
#include "node/database/migrate.hpp"

#include <cstdio>

namespace recado::cli {

namespace {

struct fence_options {
  database_choice where;
  bool json = false;
};

int run_fence(const fence_options& options) {
  auto url = find_database(options.where);
  if (!url) return complain("cluster fence", url.error(), options.json);
  store::connection db{database::setup_connection(*url)};
  auto done = db.run_one(cluster::sql::fence_all());
  if (!done) return complain("cluster fence", store::describe(done.error()), options.json);
  if (options.json)
    std::printf("{\"partitions\":%zu}\n", done->size());
  else
    std::printf("%zu partitions have a new epoch; their owners claim them anew\n", done->size());
  return 0;
}

} // namespace

void add_fence(CLI::App& group, chosen_command& chosen) {
  auto& command = *group.add_subcommand(
    "fence", "after PostgreSQL was promoted or restored: no commit of before can succeed any more");
  auto options = std::make_shared<fence_options>();
  add_database_options(command, options->where);
  finish(command, chosen, options, run_fence);
}

} // namespace recado::cli
