#include "runtime/bus/error.hpp"

namespace recado::bus {

std::string_view to_string(reason value) noexcept {
  switch (value) {
  case reason::disconnected:
    return "disconnected";
  case reason::no_responders:
    return "no responders";
  case reason::timeout:
    return "timeout";
  case reason::overloaded:
    return "overloaded";
  case reason::closed:
    return "closed";
  case reason::not_found:
    return "not found";
  case reason::refused:
    return "refused";
  case reason::invalid:
    return "invalid";
  }
  return "unknown";
}

std::string describe(const error& value) {
  std::string text{to_string(value.why)};
  if (!value.detail.empty()) text.append(": ").append(value.detail);
  return text;
}

} // namespace recado::bus
