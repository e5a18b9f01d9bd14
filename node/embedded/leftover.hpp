#pragma once
/// What an `up` that was killed has left running on the same data folder.
#include "node/embedded/attempt.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace recado::embedded {

struct process_seen {
  pid_t pid = 0;
  std::vector<std::string> argv;
  std::filesystem::path cwd;
};

/// Our children's pids are not trusted (they are used again): a process is recognised by its
/// command line or working directory, as /proc shows them.
std::vector<pid_t> find_processes(const std::function<bool(const process_seen&)>& wanted);

/// A node, nats-server or postmaster of this data folder, or a backend of the latter.
bool belongs_to(const process_seen& seen, const std::filesystem::path& root);

/// Ends them: first politely, after 5 s with SIGQUIT, after 2 s more with SIGKILL. Returns how many
/// there were.
attempt<unsigned> stop_leftovers(const std::filesystem::path& root);

/// Kills what is left of a PostgreSQL whose postmaster is dead; its shared memory stays in use
/// else.
void kill_backends(const std::filesystem::path& postgres_data);

} // namespace recado::embedded
