#pragma once
/// Language tags as RFC 5646 (BCP 47) writes them. Pure.
#include <string_view>

namespace recado::shapes {

/// Well-formed: language, script, region, variants, extensions and private use in their order. It
/// is not looked up whether the subtags are registered.
bool language_tag(std::string_view text);

} // namespace recado::shapes
