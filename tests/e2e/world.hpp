#pragma once
/// One whole Recado for one test.
#include "node/client/api_client.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace recado::e2e {

using namespace std::chrono_literals;
using milliseconds = std::chrono::milliseconds;

struct world_options {
  std::string wire = "stream";            ///< the longer way; suites for both ways name them
  bool restart = true;                    ///< `up` starts a dead node again
  std::vector<std::string> arguments{};   ///< more of them for `up`
  std::vector<std::string> environment{}; ///< "NAME=value" for `up` and all below it
  /// Called with the data folder before anything is in it.
  std::function<void(const std::filesystem::path&)> before_start{};
};

struct info {
  std::string url;
  std::string client_id, client_secret;
  std::string admin_client_id, admin_client_secret;
  pid_t node = 0, nats = 0, postgres = 0;
  std::string dsn;
};

class world {
public:
  /// Starts it and waits until it is ready; throws with the logs when it is not within 120 s.
  explicit world(world_options options = {});
  ~world(); ///< stops it and removes the folder; keeps the folder if the test has failed
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  info look() const; ///< the info file as it is now
  const std::filesystem::path& data() const noexcept { return data_; }
  const std::string& url() const noexcept { return url_; }
  pid_t up() const noexcept { return up_; }

  client::api_client api() const;   ///< as the demo client
  client::api_client admin() const; ///< as the demo admin client

  /// SIGKILL; returns at once. `up` starts it again.
  void kill_node() const;
  void kill_nats() const;
  void kill_postgres() const; ///< returns when its backends have ended too

  /// Until the node takes traffic; throws when it takes longer.
  void wait_ready(milliseconds limit = 60s) const;

  /// SIGTERM to `up`; its exit code.
  int stop();

private:
  void start(const world_options& options);
  void kill_everything();

  std::filesystem::path folder_; ///< of this test, with the data and the log of `up` in it
  std::filesystem::path data_;
  std::string url_;
  pid_t up_ = 0;
};

/// Polls every 20 ms until `done`; false when the time is over.
bool wait_until(const std::function<bool()>& done, milliseconds limit);

/// Resident memory in KiB; 0 if there is no such process.
long resident_kib(pid_t pid);

/// Starts a program (argv[0] is a path) with these additions to our environment; output to `log`.
pid_t start_program(const std::vector<std::string>& argv,
                    const std::vector<std::string>& environment, const std::filesystem::path& log);
/// Its exit code, or 128 + signal.
int wait_for_exit(pid_t pid);

/// The program under test.
std::string recado_binary();

} // namespace recado::e2e
