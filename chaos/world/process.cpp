#include "chaos/world/process.hpp"

#include <csignal>
#include <fmt/format.h>
#include <fstream>
#include <stdexcept>
#include <sys/wait.h>

namespace recado::chaos {

process::process(std::string name, recipe make) : name_(std::move(name)), make_(std::move(make)) {}

process::~process() {
  kill();
}

void process::start() {
  if (alive()) return;
  auto started = make_().and_then([](const auto& command) { return embedded::spawn(command); });
  if (!started) throw std::runtime_error(fmt::format("{}: {}", name_, started.error()));
  pid_ = *started;
  paused_ = false;
}

bool process::alive() {
  if (pid_ == 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  pid_ = 0;
  ended_ = embedded::describe_exit(status);
  return false;
}

void process::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  ended_ = embedded::describe_exit(status);
}

void process::ask_to_end(int with_signal) const {
  if (pid_ > 0) ::kill(pid_, with_signal);
}

bool process::wait_for_end(milliseconds limit) {
  return wait_until([this] { return !alive(); }, limit);
}

void process::pause() {
  if (pid_ > 0) ::kill(pid_, SIGSTOP);
  paused_ = true;
}

void process::resume() {
  if (pid_ > 0) ::kill(pid_, SIGCONT);
  paused_ = false;
}

embedded::child_command with_environment(embedded::child_command command,
                                         const std::vector<std::string>& environment) {
  if (environment.empty()) return command;
  std::vector<std::string> argv{"/usr/bin/env"};
  argv.insert(argv.end(), environment.begin(), environment.end());
  argv.insert(argv.end(), command.argv.begin(), command.argv.end());
  command.argv = std::move(argv);
  return command;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> out;
  std::ifstream list{fmt::format("/proc/{0}/task/{0}/children", parent)};
  for (pid_t pid = 0; list >> pid;)
    out.push_back(pid);
  return out;
}

} // namespace recado::chaos
