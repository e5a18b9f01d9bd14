#pragma once
/// What a link does with the bytes that are given to it.
#include <chrono>

namespace recado::chaos::links {

struct weather {
  bool to_server = true;              ///< false: what the client sends waits
  bool to_client = true;              ///< false: what the server sends waits
  std::chrono::milliseconds delay{0}; ///< in each direction
};

inline constexpr weather fair{};
/// As if the cable were pulled: nobody hears anything, nobody is told.
inline constexpr weather cut{.to_server = false, .to_client = false};

} // namespace recado::chaos::links
