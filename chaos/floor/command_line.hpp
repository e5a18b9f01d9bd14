#pragma once
/// The arguments of recado-floor.
#include "chaos/floor/options.hpp"

#include <optional>

namespace recado::floors {

struct asked {
  what part = what::all;
  options how;
};

/// What was asked; else the exit code, after the help or the complaint was printed.
struct parsed {
  std::optional<asked> want;
  int exit_code = 0;
};
parsed parse(int argc, const char* const* argv);

/// Measures and prints. Throws std::runtime_error.
void measure(const asked& want);

} // namespace recado::floors
