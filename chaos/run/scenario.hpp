#pragma once
/// The scenarios of recado-chaos: a name, what is broken, and what must be there for it.
#include "chaos/nemesis/fault.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace recado::chaos {

struct scenario {
  std::string_view name;
  std::string_view what; ///< for `recado-chaos list`
  std::vector<fault> kinds{};
  unsigned seconds = 180; ///< of faults; starting, draining and checking come on top
  bool in_order = false;  ///< the kinds as listed, again and again
  unsigned nodes = 3;
  unsigned running = 3; ///< of them at the beginning
  unsigned brokers = 1;
  bool small_disk = false;   ///< needs root
  bool shim = false;         ///< a disk that can be slow, clocks that can jump
  bool fault_points = false; ///< needs the chaos preset
  bool old = false;          ///< needs a second program to upgrade from
  unsigned rate = 200;       ///< messages per second
};

/// `all` and `mutants` are not among them: they are made of others.
std::span<const scenario> scenarios();
/// Null if there is none of this name.
const scenario* scenario_named(std::string_view name);

} // namespace recado::chaos
