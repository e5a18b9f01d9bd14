#pragma once
/// Errors of this folder are sentences for the person at the terminal.
#include <string>
#include <tl/expected.hpp>

namespace recado::embedded {

template <class T>
using attempt = tl::expected<T, std::string>;

inline tl::unexpected<std::string> sorry(std::string sentence) {
  return tl::unexpected<std::string>{std::move(sentence)};
}

} // namespace recado::embedded
