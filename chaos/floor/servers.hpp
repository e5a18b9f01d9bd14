#pragma once
/// A PostgreSQL and a nats-server as `recado up` makes them, and no node.
#include "node/embedded/family.hpp"
#include "node/embedded/postgres_server.hpp"
#include "schemas/uuid.hpp"

#include <optional>

namespace recado::floors {

/// To be made on the main thread, which the servers' lives hang on.
class servers {
public:
  /// Each is started if it is wanted. Throws std::runtime_error.
  servers(bool postgres, bool nats);
  ~servers(); ///< ends them and removes their data
  servers(const servers&) = delete;
  servers& operator=(const servers&) = delete;

  std::string postgres_url() const { return embedded::socket_url(*place_); }
  std::string nats_url() const;
  pid_t postgres_pid() const { return family_.pid_of(embedded::postgres_name); }
  pid_t nats_pid() const;
  client_id client() const; ///< the demo client

  /// Throws std::runtime_error when Ctrl-C was pressed meanwhile or a server has died.
  void check();

private:
  void start_postgres();
  void start_nats();

  std::filesystem::path folder_;
  std::optional<embedded::data_folder> data_;
  std::optional<embedded::postgres_place> place_;
  embedded::credentials secrets_;
  embedded::ports ports_;
  embedded::family family_;
};

} // namespace recado::floors
