#pragma once
/// INTERNAL: what RECADO_FAULT says.
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace recado::fault {

struct order {
  std::chrono::milliseconds pause{0};
  std::uint64_t one_in = 1; ///< every so many times that the point is passed
  friend bool operator==(const order&, const order&) = default;
};

/// What cannot be read is left out: a chaos run with a wrong word in it breaks less, not more.
std::map<std::string, order, std::less<>> parse_plan(std::string_view text);

} // namespace recado::fault
