#include "tests/worlds/postgres_server.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace recado::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto start_timeout = 60s;

std::string binary(std::string_view name) {
  const char* folder = std::getenv("RECADO_PG_BIN");
  return fmt::format("{}/{}", folder ? folder : "/usr/lib/postgresql/15/bin", name);
}

/// PostgreSQL refuses root: in a user namespace of its own it is somebody else, outside nothing
/// changes. It gets SIGQUIT when we die; that is asked for after the change of uid, which clears
/// it.
std::vector<std::string> wrapped(const std::vector<std::string>& command) {
  std::vector<std::string> all;
  if (::getuid() == 0) all = {"/usr/bin/unshare", "--user", "--map-user=1000", "--map-group=1000"};
  for (auto word : {"/usr/bin/setpriv", "--pdeathsig", "SIGQUIT"})
    all.push_back(word);
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

/// Starts a program with its output in `log`. Its process id is the one returned: all that is
/// wrapped around it is replaced by exec.
pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
  auto words = wrapped(command);
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = ::fork();
  if (pid != 0) return pid;
  // Only calls that are safe after fork from here on.
  int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::setpgid(0, 0); // a Ctrl-C on the terminal is ours alone
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Waits for the end of a process that need not be our child.
void await_end(int pidfd) {
  pollfd end{pidfd, POLLIN, 0};
  while (::poll(&end, 1, -1) < 0 && errno == EINTR) {
  }
  ::close(pidfd);
}

fs::path make_folder(std::string_view prefix) {
  auto path = fmt::format("/tmp/{}XXXXXX", prefix); // short: a socket's path has 107 bytes at most
  if (!::mkdtemp(path.data())) throw std::runtime_error("mkdtemp failed");
  return path;
}

/// initdb takes a second or two; its result is kept per user and copied. Built aside and renamed:
/// of several who build it at the same time one wins.
fs::path template_folder() {
  fs::path ready = fmt::format("/tmp/recado-pg-template-15-{}", ::getuid());
  if (fs::exists(ready / "PG_VERSION")) return ready;
  auto building = make_folder("rpt");
  auto log = building.string() + ".log";
  auto data = building / "data";
  int code = wait_for(spawn({binary("initdb"), "-D", data.string(), "-A", "trust", "-U", "recado",
                             "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions"},
                            log));
  if (code != 0) throw std::runtime_error(fmt::format("initdb failed ({}), see {}", code, log));
  std::error_code taken;
  fs::rename(data, ready, taken); // fails if somebody else was faster: theirs is as good
  fs::remove_all(building);
  fs::remove(log);
  return ready;
}

int free_port() {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd, raw, size) != 0 || ::getsockname(fd, raw, &size) != 0)
    throw std::runtime_error("no free port");
  ::close(fd);
  return ntohs(address.sin_port);
}

[[noreturn]] void refused(std::string_view sql, const store::store_error& error) {
  throw std::runtime_error(fmt::format("{}: {}", sql.substr(0, 200), store::describe(error)));
}

} // namespace

postgres_server::postgres_server(postgres_options options)
  : options_(std::move(options)),
    folder_(make_folder("rpg")) {
  if (options_.tcp) port_ = free_port();
  fs::copy(template_folder(), folder_ / "data", fs::copy_options::recursive);
  fs::permissions(folder_ / "data", fs::perms::owner_all);
  start();
}

postgres_server::~postgres_server() {
  if (running()) signal_stop(SIGQUIT);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string postgres_server::url(std::string_view database) const {
  return fmt::format("host={} port={} user=recado dbname={}", folder_.string(), port_, database);
}

std::string postgres_server::tcp_url(std::string_view database) const {
  return fmt::format("postgresql://recado@127.0.0.1:{}/{}", port_, database);
}

store::connection_config postgres_server::config(std::string_view database) const {
  store::connection_config config;
  config.url = url(database);
  config.application_name = "recado-test";
  return config;
}

void postgres_server::exec(std::string_view sql, std::string_view database) const {
  store::connection db{config(database)};
  if (auto done = db.script(sql); !done) refused(sql, done.error());
}

store::rows postgres_server::query(std::string_view sql, std::string_view database) const {
  store::connection db{config(database)};
  auto found = db.run_one({"", sql, {}});
  if (!found) refused(sql, found.error());
  return *found;
}

std::string postgres_server::fresh_database() {
  auto name = fmt::format("db{}", ++databases_);
  exec("create database " + name);
  return name;
}

std::string postgres_server::clean_database() {
  if (clean_.empty()) return clean_ = fresh_database();
  exec("alter database " + clean_ + " reset all");
  exec("drop schema public cascade; create schema public", clean_);
  return clean_;
}

void postgres_server::start() {
  launch();
  await_ready();
}

void postgres_server::launch() {
  std::vector<std::string> command{binary("postgres"), "-D", (folder_ / "data").string(), "-k",
                                   folder_.string(),   "-p", std::to_string(port_)};
  std::vector<std::string> settings{options_.tcp ? "listen_addresses=127.0.0.1"
                                                 : "listen_addresses=",
                                    "track_commit_timestamp=on",
                                    "recovery_init_sync_method=syncfs",
                                    "shared_buffers=32MB",
                                    "max_connections=60",
                                    "jit=off"};
  settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
  for (const auto& setting : settings) {
    command.push_back("-c");
    command.push_back(setting);
  }
  pid_ = spawn(command, (folder_ / "log").string());
}

void postgres_server::await_ready() {
  auto until = store::deadline::clock::now() + start_timeout;
  auto probe = config();
  probe.connect_timeout = 1s;
  probe.reconnect_backoff = probe.reconnect_backoff_max = 1ms;
  store::connection db{probe};
  for (;;) {
    if (db.open()) return;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = 0;
      throw std::runtime_error("postgres ended: " + log_tail());
    }
    if (store::deadline::clock::now() > until)
      throw std::runtime_error("postgres does not answer: " + log_tail());
    std::this_thread::sleep_for(10ms);
  }
}

void postgres_server::signal_stop(int signal) {
  if (!running()) return;
  ::kill(pid_, signal);
  signal_all(SIGCONT);
  wait_for(pid_);
  pid_ = 0;
}

void postgres_server::stop() {
  signal_stop(SIGINT);
}
void postgres_server::stop_immediate() {
  signal_stop(SIGQUIT);
}

void postgres_server::kill9() {
  ::kill(pid_, SIGSTOP); // it forks no more
  std::vector<int> ends;
  for (auto backend : backends()) {
    int fd = static_cast<int>(::syscall(SYS_pidfd_open, backend, 0));
    if (fd < 0) continue;
    ends.push_back(fd);
    ::kill(backend, SIGKILL);
  }
  ::kill(pid_, SIGKILL);
  wait_for(pid_);
  for (int fd : ends)
    await_end(fd); // their sockets are closed from here on
  pid_ = 0;
}

void postgres_server::restart() {
  stop_immediate();
  start();
}

void postgres_server::pause() {
  signal_all(SIGSTOP);
}
void postgres_server::resume() {
  signal_all(SIGCONT);
}

void postgres_server::signal_all(int signal) const {
  ::kill(pid_, signal);
  for (auto backend : backends())
    ::kill(backend, signal);
}

std::vector<pid_t> postgres_server::backends() const {
  std::ifstream children{fmt::format("/proc/{}/task/{}/children", pid_, pid_)};
  std::vector<pid_t> all;
  for (pid_t pid; children >> pid;)
    all.push_back(pid);
  return all;
}

std::string postgres_server::log_tail() const {
  std::ifstream log{folder_ / "log"};
  std::stringstream text;
  text << log.rdbuf();
  auto all = text.str();
  return all.size() > 2'000 ? all.substr(all.size() - 2'000) : all;
}

} // namespace recado::test
