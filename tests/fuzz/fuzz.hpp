#pragma once
/// What the targets share.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace recado::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// A property that must hold for every input.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

} // namespace recado::fuzz
