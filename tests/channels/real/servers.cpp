#include "servers.hpp"

#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace recado::channels::test {

namespace fs = std::filesystem;

constexpr int patience_ms = 120'000; // node.js on a busy machine takes its time to start

servers::servers() {
  auto root = fs::path{RECADO_SOURCE_DIR};
  auto modules = root / ".cache" / "stranger";
  if (!fs::exists(modules / "node_modules" / "smtp-server"))
    throw std::runtime_error("smtp-server is not installed: run ./dev test, or npm ci --prefix " +
                             modules.string() + " with the files of tests/e2e/stranger");
  auto script = root / "tests" / "channels" / "real" / "servers.mjs";
  int to[2], from[2];
  if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], 0);
  posix_spawn_file_actions_adddup2(&actions, from[1], 1);
  std::vector<std::string> words{
    "node",     script.string(), modules.string(), certificate_.key_file(), certificate_.file(),
    hook_secret};
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  auto failed = ::posix_spawnp(&child_, "node", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(to[0]);
  ::close(from[1]);
  in_ = to[1];
  out_ = from[0];
  if (failed != 0) throw std::runtime_error("node does not start");
  ports_ = next("ports")["ports"];
}

servers::~servers() {
  ::close(in_); // it ends when its input does
  ::close(out_);
  if (child_ > 0) ::waitpid(child_, nullptr, 0);
}

nlohmann::json servers::line() {
  auto end = buffer_.find('\n');
  while (end == std::string::npos) {
    pollfd readable{out_, POLLIN, 0};
    char part[4096];
    auto got = ::poll(&readable, 1, patience_ms) > 0 ? ::read(out_, part, sizeof part) : 0;
    if (got <= 0) throw std::runtime_error("the servers say nothing");
    buffer_.append(part, static_cast<std::size_t>(got));
    end = buffer_.find('\n');
  }
  auto text = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return nlohmann::json::parse(text);
}

nlohmann::json servers::next(const std::string& key) {
  for (;;) {
    auto told = line();
    if (told.contains(key)) return told;
  }
}

} // namespace recado::channels::test
