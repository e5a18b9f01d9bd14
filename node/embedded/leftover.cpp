#include "node/embedded/leftover.hpp"

#include "node/embedded/files.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <fmt/format.h>
#include <thread>
#include <unistd.h>

namespace recado::embedded {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> split_words(const std::string& cmdline) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < cmdline.size();) {
    auto end = std::min(cmdline.find('\0', at), cmdline.size());
    words.push_back(cmdline.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

bool is_within(const fs::path& path, const fs::path& folder) {
  return path.string().starts_with(folder.string() + "/");
}

bool wait_until_gone(const std::vector<pid_t>& pids, std::chrono::milliseconds limit) {
  auto until = std::chrono::steady_clock::now() + limit;
  auto alive = [](pid_t pid) { return ::kill(pid, 0) == 0; };
  while (std::ranges::any_of(pids, alive)) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(10ms); // they are not our children: nobody tells us
  }
  return true;
}

// SIGINT is PostgreSQL's fast shutdown and ends nats-server and a node orderly too.
constexpr std::pair<int, std::chrono::milliseconds> escalation[] = {
  {SIGINT, 5s}, {SIGQUIT, 2s}, {SIGKILL, 2s}};

} // namespace

std::vector<pid_t> find_processes(const std::function<bool(const process_seen&)>& wanted) {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    auto name = entry.path().filename().string();
    process_seen seen;
    auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), seen.pid);
    if (failed != std::errc{} || end != name.data() + name.size() || seen.pid == ::getpid())
      continue;
    seen.argv = split_words(read_file(entry.path() / "cmdline").value_or(""));
    if (seen.argv.empty()) continue;
    seen.cwd = fs::read_symlink(entry.path() / "cwd", ignored);
    if (wanted(seen)) found.push_back(seen.pid);
  }
  return found;
}

bool belongs_to(const process_seen& seen, const fs::path& root) {
  const auto& argv = seen.argv;
  auto program = fs::path{argv.front()}.filename().string();
  if (program == "postgres" || argv.front().starts_with("postgres: "))
    return seen.cwd == root / "postgres";
  if (program == "nats-server") return argv.size() > 2 && is_within(argv[2], root);
  return argv.size() > 3 && argv[1] == "node" && argv[2] == "--config" && is_within(argv[3], root);
}

attempt<unsigned> stop_leftovers(const fs::path& root) {
  auto left = [&] {
    return find_processes([&](const process_seen& seen) { return belongs_to(seen, root); });
  };
  auto first = left();
  auto now = first;
  for (const auto& [number, limit] : escalation) {
    if (now.empty()) return static_cast<unsigned>(first.size());
    for (auto pid : now) {
      ::kill(pid, number);
      ::kill(pid, SIGCONT); // a stopped process would not notice
    }
    wait_until_gone(now, limit);
    now = left();
  }
  if (!now.empty())
    return sorry(fmt::format("process {} of an earlier run cannot be stopped", now.front()));
  return static_cast<unsigned>(first.size());
}

void kill_backends(const fs::path& postgres_data) {
  auto pids = find_processes([&](const process_seen& seen) {
    return belongs_to(seen, postgres_data.parent_path()) && seen.cwd == postgres_data;
  });
  for (auto pid : pids)
    ::kill(pid, SIGKILL);
  wait_until_gone(pids, 2s);
}

} // namespace recado::embedded
