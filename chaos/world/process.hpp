#pragma once
/// One process of the world, whose life and death are ours alone: nobody starts it again by itself.
#include "chaos/world/waiting.hpp"
#include "node/embedded/child.hpp"

#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace recado::chaos {

class process {
public:
  /// Makes the command anew for each start.
  using recipe = std::function<embedded::attempt<embedded::child_command>()>;

  process(std::string name, recipe make);
  ~process(); ///< kills it
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  /// Throws when it cannot be started; does nothing while it lives. Only on the main thread.
  void start();
  /// kill -9; returns when it is gone. A stopped process dies too.
  void kill();
  void ask_to_end(int with_signal) const;
  /// False if it had not ended by then; it lives on.
  bool wait_for_end(milliseconds limit);
  void pause();
  void resume();

  bool alive();
  bool paused() const noexcept { return paused_; }
  pid_t pid() const noexcept { return pid_; }
  const std::string& name() const noexcept { return name_; }
  /// "exit code 0", after its end.
  const std::string& how_it_ended() const noexcept { return ended_; }

private:
  std::string name_;
  recipe make_;
  pid_t pid_ = 0;
  bool paused_ = false;
  std::string ended_;
};

/// The command with these NAME=value set for it.
embedded::child_command with_environment(embedded::child_command command,
                                         const std::vector<std::string>& environment);

/// Children of a process as the kernel knows them.
std::vector<pid_t> children_of(pid_t parent);

} // namespace recado::chaos
