#pragma once
/// One child process of `up`: how it is started so that it dies with us, and how it ends.
///
/// Between us and the program stands, for a moment, our own binary (`recado supervise-child`): it
/// changes the identity, asks the kernel for a signal when we die, makes sure that we have not died
/// meanwhile, and becomes the program. A change of identity clears that request, so the order
/// matters.
#include "node/embedded/attempt.hpp"
#include "node/embedded/identity.hpp"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace recado::embedded {

struct child_command {
  std::vector<std::string> argv;    ///< argv[0] is the program's absolute path
  identity run_as = identity::self; ///
  int death_signal = 9;             ///< what it gets when we die
  std::filesystem::path log{};      ///< its stdout and stderr are appended here
};

/// Starts it in a process group of its own, so that Ctrl-C reaches only us. Must be called on a
/// thread that lives as long as we do: the kernel watches threads, not processes.
attempt<pid_t> spawn(const child_command& command);

/// "exit code 1", "signal 9 (Killed)"
std::string describe_exit(int wait_status);

/// The hidden subcommand: `supervise-child PARENT IDENTITY SIGNAL PROGRAM [ARGUMENTS]`. Returns
/// only when it failed.
int supervise_child(int argc, char** argv);

/// The path of the running binary.
std::string own_binary();

} // namespace recado::embedded
