#include "channels/answers.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace recado::channels {
namespace {

constexpr std::size_t detail_bytes_max = 500;

std::string_view sentence_of(http::transfer_error what) {
  switch (what) {
  case http::transfer_error::refused_address:
    return "the address may not be called";
  case http::transfer_error::bad_request:
    return "the request cannot be made";
  case http::transfer_error::resolve:
    return "the host name has no address";
  case http::transfer_error::connect:
    return "no connection";
  case http::transfer_error::tls:
    return "no TLS";
  case http::transfer_error::identity:
    return "the certificate is not trusted";
  case http::transfer_error::timed_out:
    return "timed out";
  case http::transfer_error::broken:
    return "the connection broke";
  case http::transfer_error::too_large:
    return "the answer is too large";
  case http::transfer_error::overloaded:
    return "this node has too many requests under way";
  case http::transfer_error::stopped:
    break;
  }
  return "this node is stopping";
}

/// Sun, 06 Nov 1994 08:49:37 GMT.
std::optional<std::time_t> parse_http_date(std::string_view text) {
  std::tm parts{};
  std::string terminated{text};
  const auto* end = strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return timegm(&parts);
}

} // namespace

std::string_view header_of(const http::incoming_response& response, std::string_view name) {
  auto found = std::find_if(response.headers.begin(), response.headers.end(),
                            [&](const auto& each) { return each.first == name; });
  return found == response.headers.end() ? std::string_view{} : std::string_view{found->second};
}

std::optional<std::chrono::seconds> retry_after_of(const http::incoming_response& response,
                                                   wall_time now) {
  auto text = header_of(response, "retry-after");
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc{} && end == text.data() + text.size())
    return std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, 365 * 86'400)};
  auto at = parse_http_date(text);
  if (!at) return std::nullopt;
  auto wait =
    std::chrono::seconds{*at} - std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  return std::max(wait, std::chrono::seconds{0});
}

verdict verdict_of(const http::transfer_failure& failure) {
  verdict out;
  out.detail = one_line(std::string{sentence_of(failure.what)} + ": " + failure.detail);
  switch (failure.what) {
  case http::transfer_error::refused_address:
  case http::transfer_error::bad_request:
    out.what = outcome_class::config;
    out.health = provider_health::ill;
    return out;
  case http::transfer_error::identity:
  case http::transfer_error::tls:
    out.what = outcome_class::config;
    out.health = provider_health::ill;
    return out;
  case http::transfer_error::overloaded: // ours, and says nothing about them
    return out;
  case http::transfer_error::stopped:
    break;
  default:
    out.health = provider_health::ill;
  }
  if (failure.maybe_taken) out.what = outcome_class::unknown;
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool control = static_cast<unsigned char>(c) < ' ' || c == 0x7f;
    out += control ? ' ' : c;
  }
  if (out.size() <= detail_bytes_max) return out;
  auto cut = detail_bytes_max;
  while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xc0) == 0x80)
    --cut;
  out.resize(cut);
  return out;
}

} // namespace recado::channels
