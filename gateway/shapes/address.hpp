#pragma once
/// Addresses of people on channels. Pure.
#include "schemas/problem.hpp"

#include <string>
#include <string_view>

namespace recado::shapes {

/// The canonical form of an address on this channel; ec::invalid_request with a sentence if it is
/// none. A channel that is built knows its addresses itself (channels/catalog.hpp); of the others
/// the form is checked, so that an identity can be kept before its channel comes.
result<std::string> canonical_address(std::string_view channel, std::string_view given);

} // namespace recado::shapes
