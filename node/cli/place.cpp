#include "node/cli/place.hpp"

#include "config/load.hpp"
#include "node/embedded/info_file.hpp"

#include <fmt/format.h>

namespace recado::cli {

namespace {

std::string no_up(const std::filesystem::path& data, const char* named_by) {
  return fmt::format(
    "no `recado up` is running on {}: start one, choose another folder with --data, "
    "or give {}",
    data.string(), named_by);
}

} // namespace

void add_database_options(CLI::App& command, database_choice& choice) {
  command.add_option("--database", choice.url, "PostgreSQL URL")->envname("RECADO_DATABASE");
  command.add_option("--config", choice.config, "configuration file of a node that uses it")
    ->check(CLI::ExistingFile);
  command.add_option("--data", choice.data, "data folder of a running `recado up`")
    ->capture_default_str();
}

tl::expected<std::string, std::string> find_database(const database_choice& choice) {
  if (!choice.url.empty()) return choice.url;
  if (!choice.config.empty()) return config::database_of(choice.config);
  auto info = embedded::read_info(choice.data / "info.json");
  if (!info) return tl::unexpected(no_up(choice.data, "--database or --config"));
  return info->postgres_dsn;
}

void add_server_options(CLI::App& command, server_choice& choice) {
  command.add_option("--url", choice.login.url, "address of a server")->envname("RECADO_URL");
  command.add_option("--client-id", choice.login.client_id)->envname("RECADO_CLIENT_ID");
  command.add_option("--client-secret", choice.login.client_secret, "better in the environment")
    ->envname("RECADO_CLIENT_SECRET");
  command.add_option("--data", choice.data, "data folder of a running `recado up`")
    ->capture_default_str();
}

tl::expected<client::api_login, std::string> find_server(const server_choice& choice) {
  auto login = choice.login;
  if (!login.url.empty() && !login.client_id.empty() && !login.client_secret.empty()) return login;
  auto info = embedded::read_info(choice.data / "info.json");
  if (!info) return tl::unexpected(no_up(choice.data, "--url, --client-id and --client-secret"));
  if (login.url.empty()) login.url = info->url;
  if (login.client_id.empty()) {
    login.client_id = info->client_id;
    login.client_secret = info->client_secret;
  }
  return login;
}

} // namespace recado::cli
