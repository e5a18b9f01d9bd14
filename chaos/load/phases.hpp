#pragma once
/// A run whose rate changes.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recado::load {

struct phase {
  unsigned rate = 0; ///< messages per second that arrive
  unsigned seconds = 0;
  bool operator==(const phase&) const = default;
};

/// "4000:20,16000:120,4000:60": rates and seconds; nothing if it is not such a list.
std::optional<std::vector<phase>> parse_phases(std::string_view text);

unsigned seconds_of(const std::vector<phase>& all);
/// The one with the highest rate, which the others are compared with.
std::size_t busiest(const std::vector<phase>& all);

} // namespace recado::load
