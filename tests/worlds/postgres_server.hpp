#pragma once
/// A private PostgreSQL for tests: own data folder, unix socket (and a loopback port on demand),
/// durable settings as in production; gone with the object, and with the process.
/// List tests/worlds/postgres_server.cpp among a suite's sources and link recado_runtime_store.
#include "runtime/store/connection.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace recado::test {

struct postgres_options {
  std::vector<std::string> settings; ///< "name=value", on top of ours
  bool tcp = false;                  ///< listen on 127.0.0.1 too
};

/// Construct it on a thread that lives as long as the server: it dies with that thread.
class postgres_server {
public:
  explicit postgres_server(postgres_options options = {});
  ~postgres_server();
  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;

  std::string url(std::string_view database = "postgres") const;     ///< over the unix socket
  std::string tcp_url(std::string_view database = "postgres") const; ///< needs options.tcp
  int port() const noexcept { return port_; }
  const std::filesystem::path& folder() const noexcept { return folder_; }
  store::connection_config config(std::string_view database = "postgres") const;

  /// Both throw std::runtime_error when the server refuses.
  void exec(std::string_view sql, std::string_view database = "postgres") const;
  store::rows query(std::string_view sql, std::string_view database = "postgres") const;
  /// An empty database with a name nobody had before. Each is 300 files that recovery syncs: where
  /// one test follows the other, clean_database() is much cheaper.
  std::string fresh_database();
  /// The same database each time, with nothing in it.
  std::string clean_database();

  void start();          ///< and waits until it answers
  void stop();           ///< fast shutdown
  void stop_immediate(); ///< no checkpoint, recovery at the next start
  void kill9();          ///< the postmaster and every backend at once
  void restart();        ///< stop_immediate(), start()
  void pause();          ///< SIGSTOP to all of them
  void resume();
  bool running() const noexcept { return pid_ > 0; }

private:
  void launch();
  void await_ready();
  void signal_stop(int signal);
  void signal_all(int signal) const;
  std::vector<pid_t> backends() const;
  std::string log_tail() const;

  postgres_options options_;
  std::filesystem::path folder_;
  int port_ = 5432; // the socket's name has it even when nothing listens on it
  pid_t pid_ = 0;
  int databases_ = 0;
  std::string clean_;
};

} // namespace recado::test
