#pragma once
/// Which database or server a command is about: named on the command line, in a configuration file,
/// or that of an `up` on a data folder.
#include "node/client/api_client.hpp"

#include <CLI/App.hpp>

#include <filesystem>
#include <string>
#include <tl/expected.hpp>

namespace recado::cli {

struct database_choice {
  std::string url;
  std::filesystem::path config;
  std::filesystem::path data = "data";
};
void add_database_options(CLI::App& command, database_choice& choice);
tl::expected<std::string, std::string> find_database(const database_choice& choice);

struct server_choice {
  client::api_login login;
  std::filesystem::path data = "data";
};
void add_server_options(CLI::App& command, server_choice& choice);
/// What the command line leaves open comes from the data folder; a secret also from
/// RECADO_CLIENT_SECRET, since other users can read a command line.
tl::expected<client::api_login, std::string> find_server(const server_choice& choice);

} // namespace recado::cli
