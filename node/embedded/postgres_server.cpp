#include "node/embedded/postgres_server.hpp"

#include "node/embedded/files.hpp"
#include "node/embedded/leftover.hpp"
#include "node/embedded/programs.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sstream>
#include <unistd.h>

namespace recado::embedded {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr const char* version_wanted = "15";

// Everybody on this machine can reach the loopback, so TCP asks for the password. The folder of the
// unix socket is ours alone (0700).
constexpr const char* who_may_connect = R"(# Written by `recado up` at each start.
local all all trust
host all all 127.0.0.1/32 scram-sha-256
)";

/// As the user postgres the server must own its files and be able to reach them.
attempt<void> hand_over(const postgres_place& place) {
  if (place.run_as != identity::postgres_user) return {};
  const auto* user = ::getpwnam("postgres");
  if (user == nullptr) return sorry("there is no user 'postgres'");
  std::error_code failed;
  for (const auto& folder : {place.data, place.sockets}) {
    if (::chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0)
      return sorry(fmt::format("cannot give {} to user postgres", folder.string()));
    for (const auto& entry : fs::recursive_directory_iterator(folder, failed))
      if (::lchown(entry.path().c_str(), user->pw_uid, user->pw_gid) != 0) continue;
  }
  for (auto above = place.data.parent_path(); above != above.root_path();
       above = above.parent_path())
    if ((fs::status(above, failed).permissions() & fs::perms::others_exec) == fs::perms::none)
      return sorry(fmt::format("user namespaces are forbidden here, so PostgreSQL must run as user "
                               "postgres, which may not pass {}: choose another folder with --data",
                               above.string()));
  return {};
}

attempt<void> write_settings(const postgres_place& place) {
  if (auto done = write_file(place.data / "recado.conf", postgres_settings(place), 0600); !done)
    return done;
  auto main = read_file(place.data / "postgresql.conf").value_or("");
  constexpr const char* include = "include 'recado.conf'\n";
  if (main.find(include) == std::string::npos)
    if (auto done = write_file(place.data / "postgresql.conf", main + include, 0600); !done)
      return done;
  return write_file(place.data / "pg_hba.conf", who_may_connect, 0600);
}

/// A killed postmaster leaves a pid that may be another process' by now, and backends.
void clear_wreck(const postgres_place& place) {
  kill_backends(place.data);
  std::error_code ignored;
  fs::remove(place.data / "postmaster.pid", ignored);
  auto socket = fmt::format(".s.PGSQL.{}", place.port);
  fs::remove(place.sockets / socket, ignored);
  fs::remove(place.sockets / (socket + ".lock"), ignored);
}

} // namespace

attempt<postgres_place> place_postgres(const data_folder& data, std::uint16_t port,
                                       const std::string& password) {
  auto programs = postgres_programs();
  if (!programs) return sorry(programs.error());
  auto sockets = data.socket_folder();
  if (!sockets) return sorry(sockets.error());
  auto run_as = choose_identity();
  if (!run_as) return sorry(run_as.error());
  if (auto version = read_file(data.postgres() / "PG_VERSION");
      version && *version != fmt::format("{}\n", version_wanted))
    return sorry(fmt::format("{} was made by PostgreSQL {}, and this is {}: move its data with "
                             "pg_dump, or choose another folder with --data",
                             data.postgres().string(), version->substr(0, version->find('\n')),
                             version_wanted));
  return postgres_place{.programs = *programs,
                        .data = data.postgres(),
                        .sockets = *sockets,
                        .log = data.log(postgres_name),
                        .port = port,
                        .password = password,
                        .run_as = *run_as};
}

std::string tcp_url(const postgres_place& place, const std::string& database) {
  return fmt::format("postgresql://recado:{}@127.0.0.1:{}/{}", place.password, place.port,
                     database);
}

std::string socket_url(const postgres_place& place, const std::string& database) {
  // Keywords, not a URI: the path would have to be percent-encoded.
  return fmt::format("host='{}' port={} user=recado dbname={}", place.sockets.string(), place.port,
                     database);
}

std::string postgres_settings(const postgres_place& place) {
  return fmt::format(R"(# Written by `recado up` at each start.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{sockets}'
max_connections = 100

# A 2xx answer is a promise.
fsync = on
synchronous_commit = on
full_page_writes = on

checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
max_wal_size = 4GB
min_wal_size = 256MB
wal_compression = lz4
track_commit_timestamp = on      # committed_at of a message
client_connection_check_interval = 500ms

shared_buffers = 256MB
huge_pages = off
max_parallel_workers_per_gather = 0
jit = off                        # short statements only
random_page_cost = 1.1
recovery_init_sync_method = syncfs
autovacuum_vacuum_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.05
autovacuum_vacuum_insert_scale_factor = 0.1

timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %a '
log_min_messages = warning
log_checkpoints = off
)",
                     fmt::arg("port", place.port), fmt::arg("sockets", place.sockets.string()));
}

namespace {

/// initdb's own words for a full disk are an assertion's; a new database is about 40 MiB.
attempt<void> check_room(const fs::path& data) {
  constexpr std::uintmax_t least = 64 << 20;
  std::error_code failed;
  auto disk = fs::space(fs::exists(data) ? data : data.parent_path(), failed);
  if (failed || disk.available >= least) return {};
  return sorry(fmt::format("only {} MiB are free where {} lies, and a new database needs {}: make "
                           "room, or choose another folder with --data",
                           disk.available >> 20, data.string(), least >> 20));
}

} // namespace

attempt<void> create_cluster(family& children, const postgres_place& place) {
  auto finished = place.data / "recado.conf"; // written after initdb
  if (fs::exists(finished)) return {};
  if (auto room = check_room(place.data); !room) return room;
  std::error_code failed;
  fs::remove_all(place.data, failed);
  if (auto made = make_folder(place.data, 0700); !made) return made;
  if (auto given = hand_over(place); !given) return given;
  // Over the unix socket nobody asks for a password; it is set once the server runs.
  child_command initdb{.argv = {(place.programs / "initdb").string(), "-D", place.data.string(),
                                "-U", "recado", "--auth=trust", "--encoding=UTF8",
                                "--locale=C.UTF-8"},
                       .run_as = place.run_as,
                       .log = place.log};
  if (auto done = children.run_to_end("initdb", initdb, 120s); !done) return done;
  return write_settings(place);
}

member postgres_member(const postgres_place& place) {
  auto prepare = [place]() -> attempt<child_command> {
    rotate_log(place.log);
    clear_wreck(place);
    if (auto written = write_settings(place); !written) return sorry(written.error());
    if (auto given = hand_over(place); !given) return sorry(given.error());
    return child_command{
      .argv = {(place.programs / "postgres").string(), "-D", place.data.string()},
      .run_as = place.run_as,
      .death_signal = SIGINT, // the fast shutdown: what is committed is on disk when it ends
      .log = place.log};
  };
  return {.name = postgres_name,
          .stop_signal = SIGINT,
          .hurry_signal = SIGQUIT, // the immediate shutdown: recovers at the next start
          .prepare = prepare};
}

bool postgres_is_ready(const postgres_place& place, pid_t pid) {
  std::istringstream lines(read_file(place.data / "postmaster.pid").value_or(""));
  std::string first;
  std::string line;
  std::getline(lines, first);
  for (int number = 2; number <= 8; ++number)
    std::getline(lines, line);
  return first == std::to_string(pid) && line.starts_with("ready");
}

} // namespace recado::embedded
