#include "node/cli/command.hpp"
#include "node/cli/place.hpp"
#include "node/database/migrate.hpp"
#include "node/database/registry.hpp"
#include "node/embedded/data_folder.hpp"

#include "runtime/observe/log.hpp"
#include <cstdio>
#include <nlohmann/json.hpp>

namespace recado::cli {

namespace {

using nlohmann::ordered_json;

struct client_options {
  database_choice where;
  std::string name;
  std::string scopes{clients::demo_scopes};
  std::string id;
  bool json = false;
};

ordered_json to_json(const clients::client_row& row) {
  return {{"client_id", row.id.str()},
          {"name", row.name},
          {"scope", row.scopes},
          {"created_at", to_rfc3339(row.created_at)},
          {"rotated_at", row.rotated_at ? ordered_json(to_rfc3339(*row.rotated_at)) : nullptr}};
}

/// The only time that the secret is shown.
void print_with_secret(const clients::client_row& row, const std::string& secret, bool json) {
  if (json) {
    auto out = to_json(row);
    out["client_secret"] = secret;
    std::printf("%s\n", out.dump().c_str());
    return;
  }
  std::printf("client_id      %s\nclient_secret  %s\nname           %s\nscope          %s\n",
              row.id.str().c_str(), secret.c_str(), row.name.c_str(), row.scopes.c_str());
  std::fprintf(stderr, "The secret is not kept and cannot be shown again.\n");
}

/// The demo clients of an embedded Recado are known in a file too.
void keep_in_data_folder(const std::filesystem::path& data, const std::string& id,
                         const std::string& secret) {
  auto kept = embedded::read_credentials(data);
  if (!kept || (kept->client_id != id && kept->admin_client_id != id)) return;
  (kept->client_id == id ? kept->client_secret : kept->admin_client_secret) = secret;
  if (auto written = embedded::write_credentials(data, *kept); !written)
    std::fprintf(stderr, "%s\n", written.error().c_str());
}

template <class Action>
int with_database(const client_options& options, Action action) {
  auto url = find_database(options.where);
  if (!url) return complain("client", url.error(), options.json);
  observe::set_level(observe::level::error); // the person is told in a sentence
  store::connection db{database::setup_connection(*url)};
  return action(db);
}

bool blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

int run_create(const client_options& options) {
  if (blank(options.name))
    return complain("client create", "--name must not be empty", options.json, wrong_usage);
  auto scopes = clients::parse_scopes(options.scopes);
  if (!scopes) return complain("client create", scopes.error(), options.json, wrong_usage);
  return with_database(options, [&](store::connection& db) {
    auto secret = clients::random_secret();
    auto made = clients::create(db, options.name, *scopes, secret);
    if (!made) return complain("client create", made.error(), options.json);
    print_with_secret(*made, secret, options.json);
    return 0;
  });
}

int run_rotate(const client_options& options) {
  auto id = client_id::parse(options.id);
  if (!id) return complain("client rotate", "a client id is a UUID", options.json, wrong_usage);
  return with_database(options, [&](store::connection& db) {
    auto secret = clients::random_secret();
    auto changed = clients::rotate(db, *id, secret);
    if (!changed) return complain("client rotate", changed.error(), options.json);
    keep_in_data_folder(options.where.data, id->str(), secret);
    print_with_secret(*changed, secret, options.json);
    return 0;
  });
}

int run_list(const client_options& options) {
  return with_database(options, [&](store::connection& db) {
    auto all = clients::list(db);
    if (!all) return complain("client list", all.error(), options.json);
    for (const auto& row : *all) {
      if (options.json)
        std::printf("%s\n", to_json(row).dump().c_str());
      else
        std::printf("%s  %-20s %s\n", row.id.str().c_str(), row.name.c_str(), row.scopes.c_str());
    }
    return 0;
  });
}

} // namespace

void add_client(CLI::App& root, chosen_command& chosen) {
  auto& group = *root.add_subcommand("client", "API clients: who may ask for tokens");
  group.require_subcommand(1);

  auto& create = *group.add_subcommand("create", "make a client and show its secret, once");
  auto creating = std::make_shared<client_options>();
  create.add_option("--name", creating->name, "for people")->required();
  create.add_option("--scopes", creating->scopes, "what its tokens may do")->capture_default_str();
  add_database_options(create, creating->where);
  finish(create, chosen, creating, run_create);

  auto& rotate = *group.add_subcommand("rotate", "give a client a new secret; the old one ends");
  auto rotating = std::make_shared<client_options>();
  rotate.add_option("client_id", rotating->id)->required();
  add_database_options(rotate, rotating->where);
  finish(rotate, chosen, rotating, run_rotate);

  auto& list = *group.add_subcommand("list", "all clients");
  auto listing = std::make_shared<client_options>();
  add_database_options(list, listing->where);
  finish(list, chosen, listing, run_list);
}

} // namespace recado::cli
