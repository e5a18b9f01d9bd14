#pragma once
/// How an answer looks on the wire. Pure.
#include "runtime/http/message.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace recado::http::detail {

enum class framing { length, chunked, until_close };

struct answer_form {
  std::string_view date{}; ///< of http_date()
  bool http11 = true;
  bool close = false;
  framing body = framing::length;
};

/// The status line and the headers, with the empty line.
std::string render_head(const response& answer, const answer_form& form);

/// False for 1xx, 204 and 304 (RFC 9112, 6.3).
bool may_have_body(int status);

/// "Sun, 22 Nov 2026 10:11:12 GMT"
std::string http_date(std::time_t now);

} // namespace recado::http::detail
