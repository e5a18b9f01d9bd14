#include "mail_server.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace recado::channels::test {
namespace {

namespace fs = std::filesystem;

const fs::path source{RECADO_SOURCE_DIR};

std::string text_of(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream{file}.rdbuf();
  return out.str();
}

sockaddr_in loopback(int port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(static_cast<std::uint16_t>(port));
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

/// Ports that were free a moment ago, all different.
template <std::size_t N>
std::array<int, N> free_ports() {
  std::array<int, N> sockets{}, ports{};
  for (std::size_t i = 0; i < N; ++i) {
    sockets[i] = ::socket(AF_INET, SOCK_STREAM, 0);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* at = reinterpret_cast<sockaddr*>(&address);
    if (::bind(sockets[i], at, size) != 0 || ::getsockname(sockets[i], at, &size) != 0)
      throw std::runtime_error("no free port");
    ports[i] = ntohs(address.sin_port);
  }
  for (auto socket : sockets)
    ::close(socket);
  return ports;
}

bool listens(int port) {
  auto socket = ::socket(AF_INET, SOCK_STREAM, 0);
  auto address = loopback(port);
  auto done = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return done;
}

bool wait_until(const std::function<bool()>& done) {
  auto end = std::chrono::steady_clock::now() + std::chrono::minutes{2};
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return true;
}

/// A program in a process group of its own, its output in a file (none: thrown away); 0 if it
/// cannot be started.
pid_t start(std::vector<std::string> words, const fs::path& log = "/dev/null") {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child = 0;
  if (::posix_spawnp(&child, argv[0], &actions, &attributes, argv.data(), environ) != 0) child = 0;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return child;
}

/// A mount namespace of its own, as whoever we are.
std::vector<std::string> in_own_mounts() {
  std::vector<std::string> out{"unshare", "-m", "--propagation", "private"};
  if (::geteuid() != 0) out.insert(out.end(), {"-U", "-r"});
  return out;
}

fs::path unpacked() {
  return source / ".cache" / "exim";
}

} // namespace

std::string mail_server::obstacle() {
  if (!fs::exists(unpacked() / "usr" / "sbin" / "exim4"))
    return "Exim is not in .cache/exim; ./dev test puts it there";
  auto words = in_own_mounts();
  words.insert(words.end(), {"mount", "--bind", "/etc/passwd", "/etc/passwd"});
  auto child = start(std::move(words));
  int status = 1;
  if (child == 0 || ::waitpid(child, &status, 0) != child || status != 0)
    return "mounts of one's own are forbidden here, and Exim needs a user of its own";
  return {};
}

mail_server::mail_server(const std::string& certificate_file, const std::string& key_file)
  : ports_(free_ports<4>()) {
  std::string pattern = "/tmp/recado-mta-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder in /tmp");
  folder_ = pattern;
  auto words = in_own_mounts();
  auto script = source / "tests" / "channels" / "real" / "exim.sh";
  words.insert(words.end(), {script.string(), unpacked().string(), folder_.string(),
                             certificate_file, key_file});
  for (auto port : ports_)
    words.push_back(std::to_string(port));
  child_ = start(std::move(words), folder_ / "output");
}

mail_server::~mail_server() {
  if (child_ > 0) ::kill(child_, SIGTERM);
  if (child_ > 0) ::waitpid(child_, nullptr, 0);
  if (child_ > 0) ::kill(-child_, SIGKILL); // a connection's process would make its log anew
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

bool mail_server::ready() const {
  auto all = [this] { return std::all_of(ports_.begin(), ports_.end(), listens); };
  auto ended = [this] { return ::waitpid(child_, nullptr, WNOHANG) != 0; };
  return child_ > 0 && wait_until([&] { return all() || ended(); }) && all();
}

std::vector<std::string> mail_server::maildir() const {
  std::vector<std::string> out;
  auto folder = folder_ / "mail" / "ana" / "new";
  if (!fs::exists(folder)) return out;
  for (const auto& each : fs::directory_iterator{folder})
    out.push_back(text_of(each.path()));
  return out;
}

std::string mail_server::mail_with(const std::string& text) const {
  std::string out;
  wait_until([&] {
    for (auto& mail : maildir())
      if (mail.find(text) != std::string::npos) out = std::move(mail);
    return !out.empty();
  });
  return out;
}

std::string mail_server::log() const {
  return text_of(folder_ / "output") + text_of(folder_ / "log-main") +
         text_of(folder_ / "log-panic");
}

} // namespace recado::channels::test
