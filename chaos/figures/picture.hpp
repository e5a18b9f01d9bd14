#pragma once
/// A growth as a picture: messages per second and the node's memory, a bar for each size.
#include "chaos/figures/growth.hpp"

namespace recado::figures {

/// An SVG file for a page of either colour.
std::string picture(const growth& what, const std::vector<point>& points);

} // namespace recado::figures
