#include "runtime/store/error.hpp"

namespace recado::store {

std::string_view to_string(error_kind kind) noexcept {
  switch (kind) {
  case error_kind::none:
    return "none";
  case error_kind::fenced:
    return "fenced";
  case error_kind::unique_violation:
    return "unique_violation";
  case error_kind::poison:
    return "poison";
  case error_kind::transient:
    return "transient";
  case error_kind::unknown_outcome:
    return "unknown_outcome";
  case error_kind::connection:
    return "connection";
  case error_kind::timeout:
    return "timeout";
  case error_kind::overloaded:
    return "overloaded";
  case error_kind::stopped:
    return "stopped";
  }
  return "none";
}

error_kind classify(std::string_view sqlstate) noexcept {
  if (sqlstate.size() != 5) return error_kind::transient;
  if (sqlstate == fenced_sqlstate) return error_kind::fenced;
  if (sqlstate == "23505") return error_kind::unique_violation;
  auto sql_class = sqlstate.substr(0, 2);
  if (sql_class == "22" || sql_class == "23") return error_kind::poison;
  if (sql_class == "00" || sql_class == "01" || sql_class == "02") return error_kind::none;
  return error_kind::transient;
}

std::string describe(const store_error& error) {
  std::string text{to_string(error.kind)};
  if (!error.sqlstate.empty()) text += " " + error.sqlstate;
  if (!error.message.empty()) text += ": " + error.message;
  return text;
}

} // namespace recado::store
