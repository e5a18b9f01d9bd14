#pragma once
/// Places at which a chaos build misbehaves on demand. In every other build they are nothing: no
/// code, no branch, no string.
///
/// The environment says what happens, read once per process:
///   RECADO_FAULT=store.in_transaction:pause=3000:one_in=50,…   rest so long (ms), every 50th time
///   RECADO_MUTANT=no_fence                                     break a promise, for the checker
#include <string_view>

namespace recado::fault {

#ifdef RECADO_FAULT_POINTS

/// Somebody asked for something at this point, so whoever has to prepare for it does.
bool armed(std::string_view point);
/// Rests if it is time to.
void point(std::string_view name);
/// This promise is to be broken.
bool mutant(std::string_view name);

#else

constexpr bool armed(std::string_view) {
  return false;
}
constexpr void point(std::string_view) {}
constexpr bool mutant(std::string_view) {
  return false;
}

#endif

} // namespace recado::fault
