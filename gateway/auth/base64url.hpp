#pragma once
/// Base64 of RFC 4648: section 5 without padding for tokens and cursors, section 4 for Basic.
#include <optional>
#include <string>
#include <string_view>

namespace recado::auth {

std::string base64url(std::string_view bytes);
/// Strict: no padding, no other alphabet, no stray bits in the last digit.
std::optional<std::string> from_base64url(std::string_view text);
/// The standard alphabet, padding optional.
std::optional<std::string> from_base64(std::string_view text);

} // namespace recado::auth
