#pragma once
/// The private PostgreSQL in DATA/postgres: made once with initdb, then a child like the others.
#include "node/embedded/data_folder.hpp"
#include "node/embedded/family.hpp"

namespace recado::embedded {

inline constexpr const char* postgres_name = "postgres";

struct postgres_place {
  std::filesystem::path programs;
  std::filesystem::path data;    ///< DATA/postgres
  std::filesystem::path sockets; ///< a short path
  std::filesystem::path log;
  std::uint16_t port = 0;
  std::string password; ///< of the role recado, over TCP
  identity run_as = identity::self;
};

attempt<postgres_place> place_postgres(const data_folder& data, std::uint16_t port,
                                       const std::string& password);

/// For psql and other programs: over TCP, with the password in it.
std::string tcp_url(const postgres_place& place, const std::string& database = "recado");

/// For our nodes: through the unix socket, which only we may open.
std::string socket_url(const postgres_place& place, const std::string& database = "recado");

/// Settings of ours; they keep fsync and synchronous_commit on.
std::string postgres_settings(const postgres_place& place);

/// initdb, unless it was done before. A folder that initdb has not finished is made anew.
attempt<void> create_cluster(family& children, const postgres_place& place);

member postgres_member(const postgres_place& place);

/// The postmaster with this pid says that it takes connections.
bool postgres_is_ready(const postgres_place& place, pid_t pid);

} // namespace recado::embedded
