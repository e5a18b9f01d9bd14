#pragma once
/// Durations as people write them: "500ms", "1s", "15m", "24h".
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace recado::shapes {

/// A whole number and one of ms, s, m, h, d.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// In the largest of these units, but no days, that says it exactly.
std::string duration_text(std::chrono::nanoseconds value);

} // namespace recado::shapes
