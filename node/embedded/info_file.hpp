#pragma once
/// What `up` tells programs that start it: one JSON object, whole or absent.
#include "node/embedded/data_folder.hpp"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace recado::embedded {

struct running_node {
  std::string id; ///< "n1"
  pid_t pid = 0;
  std::string url{}; ///< without trailing slash
};

struct running_info {
  std::string url;
  credentials secrets;
  std::vector<running_node> nodes;
  pid_t nats_pid = 0;
  std::string nats_url;
  pid_t postgres_pid = 0;
  std::string postgres_dsn;
};

std::string to_json(const running_info& info, int indent = 2);

/// What an `up` on this data folder has written, for the client commands.
struct known_server {
  std::string url;
  std::string client_id;
  std::string client_secret;
  std::string postgres_dsn;
};
attempt<known_server> read_info(const std::filesystem::path& file);

} // namespace recado::embedded
