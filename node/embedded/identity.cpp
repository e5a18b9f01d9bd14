#include "node/embedded/identity.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace recado::embedded {

namespace {

attempt<void> write_proc(const char* file, std::string_view line) {
  int fd = ::open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return sorry(fmt::format("{}: {}", file, std::strerror(errno)));
  auto written = ::write(fd, line.data(), line.size());
  auto why = errno;
  ::close(fd);
  if (written != static_cast<ssize_t>(line.size()))
    return sorry(fmt::format("{}: {}", file, std::strerror(why)));
  return {};
}

attempt<void> enter_user_namespace() {
  auto uid = ::geteuid();
  auto gid = ::getegid();
  if (::unshare(CLONE_NEWUSER) != 0) return sorry(fmt::format("unshare: {}", std::strerror(errno)));
  if (auto done = write_proc("/proc/self/uid_map", fmt::format("1000 {} 1", uid)); !done)
    return done;
  if (auto done = write_proc("/proc/self/setgroups", "deny"); !done) return done;
  return write_proc("/proc/self/gid_map", fmt::format("1000 {} 1", gid));
}

attempt<void> become_postgres_user() {
  const auto* user = ::getpwnam("postgres");
  if (user == nullptr) return sorry("there is no user 'postgres'");
  if (::initgroups("postgres", user->pw_gid) != 0 || ::setgid(user->pw_gid) != 0 ||
      ::setuid(user->pw_uid) != 0)
    return sorry(fmt::format("cannot become user 'postgres': {}", std::strerror(errno)));
  return {};
}

bool works(identity who) {
  auto pid = ::fork();
  if (pid == 0) ::_exit(become(who) && ::geteuid() != 0 ? 0 : 1);
  int status = 0;
  while (pid > 0 && ::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

std::string_view to_string(identity who) noexcept {
  switch (who) {
  case identity::self:
    return "self";
  case identity::user_namespace:
    return "user_namespace";
  case identity::postgres_user:
    return "postgres_user";
  }
  return "self";
}

attempt<identity> choose_identity() {
  if (::geteuid() != 0) return identity::self;
  if (works(identity::user_namespace)) return identity::user_namespace;
  if (works(identity::postgres_user)) return identity::postgres_user;
  return sorry("PostgreSQL refuses to run as root, user namespaces are forbidden here and there is "
               "no user 'postgres': run as an ordinary user");
}

attempt<void> become(identity who) {
  switch (who) {
  case identity::self:
    return {};
  case identity::user_namespace:
    return enter_user_namespace();
  case identity::postgres_user:
    return become_postgres_user();
  }
  return {};
}

} // namespace recado::embedded
