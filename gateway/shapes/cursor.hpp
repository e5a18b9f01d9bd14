#pragma once
/// Cursors: where a list goes on. Opaque to callers, bound to the list and its filter.
#include "schemas/problem.hpp"

#include <string>
#include <string_view>

namespace recado::shapes {

/// `list` names the list, the client and every filter.
std::string make_cursor(std::string_view list, std::string_view position);
/// The position; ec::invalid_cursor if the text is not a cursor of this list.
result<std::string> read_cursor(std::string_view list, std::string_view text);

} // namespace recado::shapes
