#pragma once
/// JSON strings from text that nobody has checked.
#include <string>
#include <string_view>

namespace recado::observe {

/// Appends the text as a quoted JSON string. Bytes that are not UTF-8 become U+FFFD, one for each
/// longest part that could have begun a character, as the Unicode standard recommends.
void append_json(std::string& out, std::string_view text);

} // namespace recado::observe
