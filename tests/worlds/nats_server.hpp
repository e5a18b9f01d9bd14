#pragma once
/// A real nats-server with JetStream for one test: free port, store in a temporary folder, killed
/// and removed at the end. It can be killed, paused and damaged like a real one.
#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace recado::worlds {

class nats_server {
public:
  /// `more`: further arguments of the program.
  explicit nats_server(bool running = true, std::vector<std::string> more = {})
    : port_(free_port()),
      more_(std::move(more)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "recado-nats-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error{"mkdtemp"};
    folder_ = pattern;
    if (running) start();
  }
  ~nats_server() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  nats_server(const nats_server&) = delete;
  nats_server& operator=(const nats_server&) = delete;

  std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }
  int port() const { return port_; }
  pid_t pid() const { return pid_; }
  const std::filesystem::path& folder() const { return folder_; }

  /// Returns when the server greets its clients.
  void start() {
    if (pid_ > 0) return;
    pid_ = spawn();
    for (int tries = 0; tries < 1000; ++tries) {
      if (greets()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    throw std::runtime_error{"nats-server does not start, see " + (folder_ / "log").string()};
  }
  /// kill -9. The page cache survives, so the store does too.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  void restart() {
    kill();
    start();
  }
  /// Lame duck mode, as before a planned stop: what it leads and its clients go elsewhere; returns
  /// when it has ended.
  void retire() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGUSR2);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  void pause() { ::kill(pid_, SIGSTOP); }
  void resume() { ::kill(pid_, SIGCONT); }

  /// While it is down: everything JetStream knew is gone.
  void delete_store() { std::filesystem::remove_all(folder_ / "store"); }
  /// While it is down: the newest bytes of a stream are lost, as after a power cut.
  bool truncate_tail(const std::string& stream, std::uintmax_t bytes) {
    std::filesystem::path last;
    long highest = -1;
    auto folder = folder_ / "store" / "jetstream" / "$G" / "streams" / stream / "msgs";
    for (const auto& file : std::filesystem::directory_iterator{folder}) {
      if (file.path().extension() != ".blk") continue;
      auto number = std::stol(file.path().stem().string());
      if (number > highest) highest = number, last = file.path();
    }
    if (highest < 0) return false;
    auto size = std::filesystem::file_size(last);
    std::filesystem::resize_file(last, size > bytes ? size - bytes : 0);
    return true;
  }

  static int free_port() {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&at), size) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) != 0)
      throw std::runtime_error{"no free port"};
    ::close(fd);
    return ntohs(at.sin_port);
  }

private:
  pid_t spawn() const {
    auto port = std::to_string(port_);
    auto store = (folder_ / "store").string();
    auto log = (folder_ / "log").string();
    std::vector<const char*> words{"nats-server", "-a",  "127.0.0.1",   "-p", port.c_str(),
                                   "-js",         "-sd", store.c_str(), "-l", log.c_str()};
    for (const auto& word : more_)
      words.push_back(word.c_str());
    words.push_back(nullptr);
    auto pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // no server outlives its test
    ::execv("/usr/sbin/nats-server", const_cast<char* const*>(words.data()));
    ::_exit(127);
  }

  /// The server's first line to a client is INFO.
  bool greets() const {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(static_cast<std::uint16_t>(port_));
    timeval patience{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char first[4] = {};
    bool yes = ::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 &&
               ::recv(fd, first, sizeof first, MSG_WAITALL) == 4 && std::string(first, 4) == "INFO";
    ::close(fd);
    return yes;
  }

  int port_;
  std::vector<std::string> more_;
  pid_t pid_ = -1;
  std::filesystem::path folder_;
};

} // namespace recado::worlds
