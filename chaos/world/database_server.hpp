#pragma once
/// The world's PostgreSQL.
#include "chaos/world/process.hpp"
#include "chaos/world/small_disk.hpp"
#include "node/embedded/postgres_server.hpp"

#include <filesystem>

namespace recado::chaos {

struct database_options {
  std::filesystem::path shim{}; ///< loaded into it, so that its disk can be slowed; empty: not
  bool small_disk = false;      ///< its data is on a file system of its own that can be filled
};

class database_server {
public:
  /// Makes the cluster (initdb), starts it, waits until it is ready. Throws.
  database_server(const embedded::data_folder& data, std::uint16_t port,
                  const embedded::credentials& secrets, const database_options& how);
  ~database_server(); ///< orderly, so that the data can be looked at later

  void start(); ///< and waits until it takes connections
  /// kill -9 of the postmaster and every backend, at one moment.
  void kill();
  void pause(); ///< all of them
  void resume();
  bool alive() { return run_.alive(); }
  bool ready();

  /// Every fsync takes so much longer.
  void slow_down(milliseconds by);
  /// Not a byte more can be written.
  void fill_disk() { disk_.fill(); }
  void free_disk() { disk_.free(); }

  std::uint16_t port() const noexcept { return place_.port; }
  const embedded::postgres_place& place() const noexcept { return place_; }
  /// Through this port; the links have others.
  std::string url(std::uint16_t port) const;

private:
  std::vector<pid_t> everybody() const;

  small_disk disk_;
  embedded::postgres_place place_;
  std::filesystem::path slowness_; ///< the file that the shim reads
  process run_;
};

} // namespace recado::chaos
