#pragma once
/// The reports as a section of docs/benchmarks.md.
#include "chaos/figures/runs.hpp"

namespace recado::figures {

/// Markdown: a table per series, of what there is. Pictures are named as if they lay beside it.
std::string tables(const runs& all);

} // namespace recado::figures
