#include "node/embedded/family.hpp"

#include "node/embedded/files.hpp"
#include "runtime/observe/log.hpp"
#include "runtime/policy/retry.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace recado::embedded {

using namespace std::chrono_literals;

namespace {
constexpr auto look_every = 10ms; // servers tell nobody that they are ready
constexpr auto first_backoff = 100ms;
constexpr auto last_backoff = 3s;
constexpr policy::intensity_config restless{.failures_max = 5, .window = 60s};
} // namespace

struct family::relative {
  member self;
  pid_t pid = 0;
  int last_exit = 0;
  std::string trouble; ///< why it could not even be started
  policy::intensity deaths{restless};
  clock::time_point restart_at = clock::time_point::max();
};

namespace {

sigset_t signals_read() {
  sigset_t mine;
  sigemptyset(&mine);
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD})
    sigaddset(&mine, number);
  return mine;
}

} // namespace

void family::take_signals() {
  auto mine = signals_read();
  ::sigprocmask(SIG_BLOCK, &mine, nullptr);
  // A shell without job control starts background programs with SIGINT ignored, and what is ignored
  // never reaches a descriptor. An ignored SIGHUP (nohup) is meant.
  for (int number : {SIGINT, SIGTERM, SIGCHLD})
    ::signal(number, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
}

family::family() {
  take_signals();
  auto mine = signals_read();
  signals_ = ::signalfd(-1, &mine, SFD_CLOEXEC | SFD_NONBLOCK);
}

family::~family() {
  for (auto& one : relatives_)
    if (one->pid > 0) ::kill(-one->pid, SIGKILL);
  for (auto& one : relatives_)
    if (one->pid > 0) ::waitpid(one->pid, nullptr, 0);
  if (signals_ >= 0) ::close(signals_);
}

attempt<void> family::start(member who) {
  relatives_.push_back(std::make_unique<relative>());
  auto& one = *relatives_.back();
  one.self = std::move(who);
  auto begun = begin_life(one);
  if (!begun) relatives_.pop_back();
  return begun;
}

attempt<void> family::begin_life(relative& one) {
  one.restart_at = clock::time_point::max();
  auto pid = one.self.prepare().and_then([](const child_command& c) { return spawn(c); });
  if (!pid) return sorry(pid.error());
  one.pid = *pid;
  if (told_) told_(one.self.name, one.pid);
  return {};
}

attempt<void> family::run_to_end(const std::string& name, const child_command& command,
                                 milliseconds limit) {
  auto started = start({.name = name, .policy = on_death::report, .prepare = [command] {
                          return attempt<child_command>{command};
                        }});
  if (!started) return started;
  auto& one = *relatives_.back();
  auto until = clock::now() + limit;
  while (one.pid > 0 && clock::now() < until && !stop_requested_)
    look(100ms);
  auto status = one.last_exit;
  bool ended = one.pid == 0;
  if (!ended) ::kill(-one.pid, SIGKILL);
  while (one.pid > 0)
    look(100ms);
  std::erase_if(relatives_, [&](const auto& r) { return r.get() == &one; });
  if (stop_requested_) return sorry("stopped");
  if (!ended) return sorry(fmt::format("{} did not end within {} s", name, limit / 1s));
  if (status != 0)
    return sorry(fmt::format("{}: {}; {}", name, describe_exit(status), see_log(command.log)));
  return {};
}

attempt<void> family::wait_for(const std::string& name, const std::function<bool()>& done,
                               milliseconds limit) {
  auto until = clock::now() + limit;
  const auto& one = *find(name);
  auto life = one.pid;
  while (!done()) {
    if (stop_requested_) return sorry("stopped");
    if (one.pid != life)
      return sorry(fmt::format("{} ended early: {}", name, describe_exit(one.last_exit)));
    if (clock::now() > until)
      return sorry(fmt::format("{} was not ready within {} s", name, limit / 1s));
    look(look_every);
  }
  return {};
}

bool family::live() {
  auto watched = [](const auto& one) { return one->self.policy == on_death::report; };
  auto alive = [&](const auto& one) { return watched(one) && one->pid > 0; };
  bool may_die = std::ranges::any_of(relatives_, watched);
  while (!stop_requested_) {
    if (may_die && std::ranges::none_of(relatives_, alive)) return false;
    look(1h);
  }
  return true;
}

void family::look(milliseconds at_most) {
  auto until_restart = std::chrono::ceil<milliseconds>(next_restart() - clock::now());
  auto wait = std::clamp(std::min(at_most, until_restart), 0ms, milliseconds{1h});
  pollfd watched{.fd = signals_, .events = POLLIN, .revents = 0};
  if (::poll(&watched, 1, static_cast<int>(wait.count())) > 0) read_signals();
  if (!stop_requested_) restart_due();
}

void family::read_signals() {
  signalfd_siginfo seen{};
  while (::read(signals_, &seen, sizeof seen) == sizeof seen) {
    if (seen.ssi_signo == SIGCHLD) continue;
    in_a_hurry_ = stop_requested_;
    stop_requested_ = true;
  }
  reap();
}

void family::reap() {
  for (auto& one : relatives_) {
    int status = 0;
    if (one->pid > 0 && ::waitpid(one->pid, &status, WNOHANG) == one->pid) died(*one, status);
  }
}

void family::died(relative& one, int status) {
  auto pid = std::exchange(one.pid, 0);
  one.last_exit = status;
  if (told_) told_(one.self.name, 0);
  if (stop_requested_ || one.self.policy == on_death::report) return;
  one.deaths.note(clock::now());
  auto backoff = policy::exponential(first_backoff, 2, last_backoff,
                                     static_cast<std::uint32_t>(one.deaths.recent(clock::now())));
  one.restart_at = clock::now() + backoff;
  observe::log_warn("child-died", "{} (pid {}) ended by {}; starting it again in {} ms",
                    one.self.name, pid, describe_exit(status), backoff / 1ms);
}

void family::restart_due() {
  for (auto& one : relatives_) {
    if (one->pid > 0 || one->restart_at > clock::now()) continue;
    if (auto begun = begin_life(*one); begun) {
      observe::log_info("child-restarted", "{} runs again, pid {}", one->self.name, one->pid);
    } else {
      one->restart_at = clock::now() + last_backoff;
      observe::log_error("child-not-started", "{}: {}; trying again in {} s", one->self.name,
                         begun.error(), last_backoff / 1s);
    }
  }
}

family::clock::time_point family::next_restart() const {
  auto first = clock::now() + 1h;
  for (const auto& one : relatives_)
    if (one->pid == 0) first = std::min(first, one->restart_at);
  return first;
}

void family::stop(const std::vector<goodbye>& order) {
  stop_requested_ = true;
  for (const auto& [names, limit] : order) {
    signal_all(names, &member::stop_signal);
    auto until = clock::now() + limit;
    while (anyone_alive(names) && clock::now() < until && !in_a_hurry_)
      look(50ms);
    signal_all(names, &member::hurry_signal);
  }
  // Whoever was told to hurry has this long; then the destructor kills.
  auto until = clock::now() + 200ms;
  std::vector<std::string> everybody;
  everybody.reserve(relatives_.size());
  for (const auto& one : relatives_)
    everybody.push_back(one->self.name);
  while (anyone_alive(everybody) && clock::now() < until)
    look(20ms);
}

void family::signal_all(const std::vector<std::string>& names, int member::*number) {
  for (const auto& name : names)
    if (auto* one = find(name); one != nullptr && one->pid > 0) ::kill(one->pid, one->self.*number);
}

bool family::anyone_alive(const std::vector<std::string>& names) const {
  return std::ranges::any_of(names, [&](const auto& name) { return pid_of(name) > 0; });
}

family::relative* family::find(const std::string& name) const {
  auto at = std::ranges::find_if(relatives_, [&](const auto& r) { return r->self.name == name; });
  return at == relatives_.end() ? nullptr : at->get();
}

pid_t family::pid_of(const std::string& name) const {
  const auto* one = find(name);
  return one == nullptr ? 0 : one->pid;
}

} // namespace recado::embedded
