#include "runtime/http/detail/answer.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <fmt/compile.h>
#include <fmt/format.h>

namespace recado::http::detail {

namespace {

std::string_view reason_of(int status) {
  namespace beast_http = boost::beast::http;
  const auto reason =
    beast_http::obsolete_reason(beast_http::int_to_status(static_cast<unsigned>(status)));
  return {reason.data(), reason.size()};
}

/// Splitting an answer by a header's value must be impossible.
bool is_safe(const header& h) {
  const auto control = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  return !h.name.empty() && std::none_of(h.name.begin(), h.name.end(), control) &&
         std::none_of(h.value.begin(), h.value.end(), control);
}

} // namespace

bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string render_head(const response& answer, const answer_form& form) {
  std::string out;
  out.reserve(512);
  const auto to = std::back_inserter(out);
  fmt::format_to(to, FMT_COMPILE("HTTP/1.1 {} {}\r\nDate: {}\r\nServer: recado\r\n"), answer.status,
                 reason_of(answer.status), form.date);
  if (may_have_body(answer.status)) {
    const header type{"Content-Type", answer.content_type};
    if (!answer.content_type.empty() && is_safe(type)) {
      fmt::format_to(to, FMT_COMPILE("Content-Type: {}\r\n"), type.value);
    }
    if (form.body == framing::length) {
      fmt::format_to(to, FMT_COMPILE("Content-Length: {}\r\n"), answer.body.size());
    } else if (form.body == framing::chunked) {
      out += "Transfer-Encoding: chunked\r\n";
    }
  }
  if (form.close) {
    out += "Connection: close\r\n";
  } else if (!form.http11) {
    out += "Connection: keep-alive\r\n";
  }
  for (const auto& h : answer.headers)
    if (is_safe(h)) fmt::format_to(to, FMT_COMPILE("{}: {}\r\n"), h.name, h.value);
  out += "\r\n";
  return out;
}

std::string http_date(std::time_t now) {
  // strftime would follow the locale.
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm t{};
  ::gmtime_r(&now, &t);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days.at(t.tm_wday), t.tm_mday,
                     months.at(t.tm_mon), t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

} // namespace recado::http::detail
