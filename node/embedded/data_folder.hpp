#pragma once
/// DATA: everything an embedded Recado keeps, and the lock that gives it to one `up` at a time.
///
///   credentials.json  secrets (0600), made once      logs/       of the servers and nodes
///   ports.json        kept while they are free       run/        PostgreSQL's unix socket
///   info.json         of the running `up` (0600)     postgres/   nats/   n1/node.toml
///   channels.key      seals accounts (0600), made once
#include "node/embedded/attempt.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

namespace recado::embedded {

struct credentials {
  std::string client_id;
  std::string client_secret;
  std::string admin_client_id;
  std::string admin_client_secret;
  std::string postgres_password;
};

struct ports {
  std::uint16_t nats = 0;
  std::uint16_t postgres = 0;
};

class data_folder {
public:
  /// Creates what is missing and takes the lock. Sorry if another `up` holds it.
  static attempt<data_folder> open(const std::filesystem::path& where);
  ~data_folder();
  data_folder(data_folder&& other) noexcept;
  data_folder& operator=(data_folder&&) = delete;

  const std::filesystem::path& root() const noexcept { return root_; } ///< absolute, canonical
  std::filesystem::path postgres() const { return root_ / "postgres"; }
  std::filesystem::path nats() const { return root_ / "nats"; }
  std::filesystem::path node(unsigned number) const;
  std::filesystem::path log(const std::string& name) const;
  std::filesystem::path info() const { return root_ / "info.json"; }
  static std::filesystem::path credentials_of(const std::filesystem::path& root);

  /// Short enough for a unix socket in it: DATA/run, or a folder under /tmp that DATA/run names.
  attempt<std::filesystem::path> socket_folder() const;

  /// Those of the last time, or new ones.
  attempt<credentials> secrets() const;

  /// Those of the last time as far as they are free now, each another one and none of `promised`.
  attempt<ports> choose_ports(std::set<std::uint16_t> promised = {}) const;

private:
  data_folder(std::filesystem::path root, int lock) : root_(std::move(root)), lock_(lock) {}

  std::filesystem::path root_;
  int lock_;
};

/// The credentials kept in this folder; sorry if there are none.
attempt<credentials> read_credentials(const std::filesystem::path& root);
attempt<void> write_credentials(const std::filesystem::path& root, const credentials& kept);

} // namespace recado::embedded
