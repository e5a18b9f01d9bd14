#pragma once
/// The catalogue of errors: one value, one stable code, one HTTP status, one sentence.
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace recado {

/// Every error a caller can see. The code (its name) is part of the API and never changes.
enum class ec : std::uint16_t {
  none = 0,
  // 400
  malformed_request,
  invalid_json,
  json_too_deep,
  invalid_cursor,
  // 401, 403
  unauthorized,
  invalid_client,
  invalid_token,
  insufficient_scope,
  forbidden_sender,
  forbidden,
  // 404, 405, 406
  not_found,
  user_not_found,
  identity_not_found,
  conversation_not_found,
  member_not_found,
  message_not_found,
  method_not_allowed,
  // 408, 409, 412, 413, 415
  request_timeout,
  conversation_exists,
  user_deleted,
  identity_taken,
  already_sent,
  conflict,
  precondition_failed,
  body_too_large,
  unsupported_media_type,
  // 422
  invalid_request,
  not_a_member,
  conversation_closed,
  idempotency_mismatch,
  not_available_yet,
  poison,
  // 429, 431
  rate_limited,
  headers_too_large,
  // 5xx
  internal,
  overloaded,
  owner_unavailable,
  outcome_unknown,
  store_unavailable,
  shutting_down,
  // INTERNAL to the cluster: never shown to a caller
  moved,        ///< the partition has another owner; publish the command again
  out_of_order, ///< the command's predecessor is not decided; send all outstanding again in order
  abandoned,    ///< whoever held the promise died before it answered
  // Added later; values on the wire keep their numbers
  account_not_found, ///< 404
  account_exists,    ///< 409
};

struct problem_info {
  ec value;
  std::string_view code;
  int status;
  std::string_view title;
};

/// The catalogue's row for this error.
const problem_info& info_of(ec value) noexcept;
/// The error of this code; ec::internal if there is none.
ec ec_of(std::string_view code) noexcept;

/// One wrong place in a request: a JSON pointer and a sentence.
struct field_error {
  std::string pointer;
  std::string detail;
  bool operator==(const field_error&) const = default;
};

/// An error on its way to a caller.
struct problem {
  ec code = ec::internal;
  std::string detail;
  std::vector<field_error> errors;

  problem() = default;
  problem(ec c, std::string d = {}, std::vector<field_error> e = {})
    : code(c),
      detail(std::move(d)),
      errors(std::move(e)) {}
};

template <class T>
using result = tl::expected<T, problem>;
using failure = tl::unexpected<problem>;

inline failure fail(ec code, std::string detail = {}) {
  return failure{problem{code, std::move(detail)}};
}

} // namespace recado
