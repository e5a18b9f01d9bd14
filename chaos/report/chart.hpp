#pragma once
/// INTERNAL to chaos/report: pictures of a run as inline SVG.
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace recado::chaos {

/// Messages accepted per 100 ms, and the 95th percentile of their waits per second, over time;
/// faults are bands behind both.
std::string timeline_chart(const nlohmann::json& figures);
/// For each fault how long conversations did not accept: least, median, 99th percentile, most.
std::string gap_chart(const nlohmann::json& figures);

/// `<`, `&` and quotes for HTML.
std::string escaped(const std::string& text);

} // namespace recado::chaos
