#pragma once
/// "Did you mean …?"
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recado::config {

/// The candidate with the fewest typing errors (insert, delete, replace, swap of neighbours), if it
/// is near enough to be meant.
std::optional<std::string> nearest(std::string_view typed,
                                   const std::vector<std::string>& candidates);

} // namespace recado::config
