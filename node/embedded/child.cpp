#include "node/embedded/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace recado::embedded {

namespace {

// The file that is running, also when a new build has replaced it on disk.
constexpr const char* self = "/proc/self/exe";

/// What posix_spawn needs, released at the end.
struct spawn_setup {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  spawn_setup() {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
  }
  ~spawn_setup() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
  spawn_setup(const spawn_setup&) = delete;
  spawn_setup& operator=(const spawn_setup&) = delete;

  void write_to(const std::string& log) {
    constexpr int flags = O_WRONLY | O_CREAT | O_APPEND;
    ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, 1, log.c_str(), flags, 0600);
    ::posix_spawn_file_actions_adddup2(&files, 1, 2);
  }

  // We block the signals that we read from a descriptor; a child must not inherit that.
  void own_group_and_clean_signals() {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
  }
};

attempt<identity> identity_of(std::string_view word) {
  for (auto who : {identity::self, identity::user_namespace, identity::postgres_user})
    if (to_string(who) == word) return who;
  return sorry(fmt::format("unknown identity '{}'", word));
}

int give_up(const std::string& why) {
  std::fprintf(stderr, "recado supervise-child: %s\n", why.c_str());
  return 127;
}

} // namespace

std::string own_binary() {
  std::array<char, 4096> path{};
  auto size = ::readlink(self, path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : std::string{self};
}

attempt<pid_t> spawn(const child_command& command) {
  std::vector<std::string> words{own_binary(), "supervise-child", std::to_string(::getpid()),
                                 std::string{to_string(command.run_as)},
                                 std::to_string(command.death_signal)};
  words.insert(words.end(), command.argv.begin(), command.argv.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);

  spawn_setup setup;
  setup.write_to(command.log.string());
  setup.own_group_and_clean_signals();
  pid_t pid = 0;
  int failed = ::posix_spawn(&pid, self, &setup.files, &setup.attributes, argv.data(), environ);
  if (failed != 0)
    return sorry(fmt::format("cannot start {}: {}", command.argv.front(), std::strerror(failed)));
  return pid;
}

std::string describe_exit(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    auto number = WTERMSIG(wait_status);
    return fmt::format("signal {} ({})", number, ::strsignal(number)); // NOLINT: one thread
  }
  return fmt::format("exit code {}", WEXITSTATUS(wait_status));
}

int supervise_child(int argc, char** argv) {
  if (argc < 6) return give_up("for internal use by `recado up`");
  auto who = identity_of(argv[3]);
  if (!who) return give_up(who.error());
  if (auto done = become(*who); !done) return give_up(done.error());
  if (::prctl(PR_SET_PDEATHSIG, std::atoi(argv[4])) != 0) return give_up(std::strerror(errno));
  // If we lost the race, the parent is gone and no signal will come.
  if (::getppid() != static_cast<pid_t>(std::atol(argv[2]))) return give_up("the parent has gone");
  ::execv(argv[5] == own_binary() ? self : argv[5], argv + 5);
  return give_up(fmt::format("{}: {}", argv[5], std::strerror(errno)));
}

} // namespace recado::embedded
