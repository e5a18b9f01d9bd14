#pragma once
/// What providers say, made fit for a column of text.
#include <string>
#include <string_view>

namespace recado {

/// Valid UTF-8 without control characters, at most so many bytes, never cut within a character.
std::string clean_text(std::string_view said, std::size_t bytes_max);

} // namespace recado
