#pragma once
/// The figures, for programs and for people.
#include "chaos/floor/figures.hpp"
#include "chaos/floor/options.hpp"

#include <nlohmann/json_fwd.hpp>

namespace recado::floors {

nlohmann::json report(const options& how, const std::vector<figure>& all);
std::string to_text(const options& how, const std::vector<figure>& all);

/// The first figure whose two sides disagree, as a sentence; empty if all agree.
std::string disagreement(const std::vector<figure>& all);

} // namespace recado::floors
