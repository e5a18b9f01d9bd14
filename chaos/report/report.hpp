#pragma once
/// A verdict for people. Everything is made from what verdict.json holds, so that an old verdict
/// can be shown again.
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace recado::chaos {

/// One page with everything in it: no script, no other file.
std::string html_of(const nlohmann::json& verdict);
/// A section for docs/chaos-report.md.
std::string markdown_of(const nlohmann::json& verdict);
/// A few lines for a terminal.
std::string text_of(const nlohmann::json& verdict);

} // namespace recado::chaos
