#include "tests/e2e/world.hpp"

#include "node/embedded/files.hpp"
#include "node/embedded/leftover.hpp"
#include "tests/contract/recorder.hpp"

#include <algorithm>
#include <boost/test/framework.hpp>
#include <boost/test/results_collector.hpp>
#include <boost/test/tree/test_unit.hpp>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace recado::e2e {

namespace fs = std::filesystem;

namespace {

void send_signal(pid_t pid, int number) {
  if (pid > 0) ::kill(pid, number);
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> out;
  std::ifstream list{fmt::format("/proc/{0}/task/{0}/children", parent)};
  for (pid_t pid = 0; list >> pid;)
    out.push_back(pid);
  return out;
}

bool test_has_failed() {
  namespace ut = boost::unit_test;
  auto id = ut::framework::current_test_case_id();
  return id != ut::INV_TEST_UNIT_ID && !ut::results_collector.results(id).passed();
}

void print_tail(const fs::path& log) {
  auto text = embedded::read_file(log).value_or("(no log)");
  constexpr std::size_t bytes_max = 4'000;
  if (text.size() > bytes_max) text = "…" + text.substr(text.size() - bytes_max);
  std::fprintf(stderr, "---- %s\n%s\n", log.c_str(), text.c_str());
}

} // namespace

std::string recado_binary() {
  return RECADO_BINARY;
}

bool wait_until(const std::function<bool()>& done, milliseconds limit) {
  auto until = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

long resident_kib(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib;
  }
  return 0;
}

pid_t start_program(const std::vector<std::string>& argv,
                    const std::vector<std::string>& environment, const fs::path& log) {
  auto pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM); // a suite that crashes takes its world along
  int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::setpgid(0, 0);
  for (const auto& one : environment)
    ::putenv(const_cast<char*>(one.c_str()));
  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  for (const auto& word : argv)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words.front(), words.data());
  ::_exit(127);
}

int wait_for_exit(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

world::world(world_options options) {
  auto pattern = (fs::temp_directory_path() / "recado-e2e-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  folder_ = pattern;
  data_ = folder_ / "data";
  if (options.before_start) {
    fs::create_directories(data_);
    options.before_start(data_);
  }
  try {
    start(options);
  } catch (...) {
    print_tail(folder_ / "up.log");
    print_tail(data_ / "logs" / "n1.log");
    kill_everything();
    throw;
  }
}

void world::start(const world_options& options) {
  std::vector<std::string> argv{
    recado_binary(), "up", "--data", data_.string(), "--info", (folder_ / "info.json").string(),
    "--port",        "0",  "--wire", options.wire};
  if (options.restart) argv.emplace_back("--restart");
  argv.insert(argv.end(), options.arguments.begin(), options.arguments.end());
  up_ = start_program(argv, options.environment, folder_ / "up.log");
  bool ready = wait_until(
    [&] { return fs::exists(folder_ / "info.json") || ::waitpid(up_, nullptr, WNOHANG) != 0; },
    120s);
  if (!ready || !fs::exists(folder_ / "info.json")) throw std::runtime_error("`up` did not start");
  url_ = look().url;
}

world::~world() {
  bool failed = test_has_failed() || std::uncaught_exceptions() > 0;
  if (up_ > 0) stop();
  kill_everything();
  if (failed) {
    print_tail(folder_ / "up.log");
    print_tail(data_ / "logs" / "n1.log");
    std::fprintf(stderr, "---- the folder is kept: %s\n", folder_.c_str());
    return;
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

int world::stop() {
  send_signal(up_, SIGTERM);
  auto code = wait_for_exit(up_);
  up_ = 0;
  return code;
}

/// Whatever has survived `up` (nothing should).
void world::kill_everything() {
  send_signal(up_, SIGKILL);
  if (up_ > 0) wait_for_exit(up_);
  up_ = 0;
  auto root = fs::weakly_canonical(data_);
  for (auto pid : embedded::find_processes(
         [&](const embedded::process_seen& seen) { return embedded::belongs_to(seen, root); }))
    send_signal(pid, SIGKILL);
}

info world::look() const {
  auto text = embedded::read_file(folder_ / "info.json");
  if (!text) throw std::runtime_error("there is no info file");
  auto json = nlohmann::json::parse(*text);
  return {.url = json.at("url"),
          .client_id = json.at("client_id"),
          .client_secret = json.at("client_secret"),
          .admin_client_id = json.at("admin_client_id"),
          .admin_client_secret = json.at("admin_client_secret"),
          .node = json.at("nodes").at(0).at("pid"),
          .nats = json.at("nats").at("pid"),
          .postgres = json.at("postgres").at("pid"),
          .dsn = json.at("postgres").at("dsn")};
}

namespace {

client::api_client recorded(const client::api_login& login) {
  auto out = *client::api_client::make(login);
  out.observe([](const client::call& asked, const client::answer& got) {
    contract::record(
      {asked.method, asked.target, got.status, got.header("Content-Type"), got.body});
  });
  return out;
}

} // namespace

client::api_client world::api() const {
  auto now = look();
  return recorded({now.url, now.client_id, now.client_secret});
}

client::api_client world::admin() const {
  auto now = look();
  return recorded({now.url, now.admin_client_id, now.admin_client_secret});
}

void world::kill_node() const {
  send_signal(look().node, SIGKILL);
}
void world::kill_nats() const {
  send_signal(look().nats, SIGKILL);
}
// A backend may still commit, and answer, in the moment before it notices that the postmaster died.
void world::kill_postgres() const {
  auto postmaster = look().postgres;
  auto backends = children_of(postmaster);
  send_signal(postmaster, SIGKILL);
  auto gone = [](pid_t pid) { return ::kill(pid, 0) != 0; };
  wait_until([&] { return std::all_of(backends.begin(), backends.end(), gone); }, 10s);
}

void world::wait_ready(milliseconds limit) const {
  client::http_client http{*client::parse_url(url_)};
  auto ready = [&] {
    auto got = http.ask({.target = "/readyz"}, 1s);
    return got && got->status == 200;
  };
  if (!wait_until(ready, limit)) throw std::runtime_error("the node is not ready");
}

} // namespace recado::e2e
