#pragma once
/// INTERNAL to chaos/figures: what grows, and what is said about it.
#include "chaos/figures/runs.hpp"

#include <functional>

namespace recado::figures {

struct column {
  std::string title;
  std::function<std::string(const point& first, const point& here)> cell;
};

struct growth {
  std::string name;  ///< of the files
  std::string title; ///< above the table
  std::string what;  ///< is counted by the sizes
  std::vector<column> columns;
};

/// All of them, in the order of the document.
const std::vector<growth>& growths();

double accepted_per_second(const point& at);
double node_mib(const point& at);

} // namespace recado::figures
