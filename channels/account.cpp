#include "channels/account.hpp"

#include <charconv>

namespace recado::channels {

const std::string& field_values::text(const std::string& name) const {
  static const std::string absent;
  auto found = values_.find(name);
  return found == values_.end() ? absent : found->second;
}

std::int64_t field_values::number(const std::string& name, std::int64_t otherwise) const {
  const auto& digits = text(name);
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() ? value : otherwise;
}

} // namespace recado::channels
