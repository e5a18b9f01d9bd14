#include "gateway/rest/rates.hpp"

namespace recado::rest {
namespace {

std::int64_t whole_seconds(std::chrono::nanoseconds time) {
  return std::chrono::ceil<std::chrono::seconds>(time).count();
}

} // namespace

std::vector<http::header> rate_headers(const admission::allowance& what) {
  auto burst = std::to_string(what.of.burst);
  auto window = (what.of.burst + what.of.per_second - 1) / what.of.per_second;
  auto left = std::to_string(what.remaining);
  auto rested = std::to_string(whole_seconds(what.rested));
  return {{"RateLimit-Policy", "\"messages\";q=" + burst + ";w=" + std::to_string(window)},
          {"RateLimit", "\"messages\";r=" + left + ";t=" + rested},
          {"X-RateLimit-Limit", burst},
          {"X-RateLimit-Remaining", left},
          {"X-RateLimit-Reset", rested}};
}

std::chrono::seconds retry_after(const admission::allowance& what) {
  return std::chrono::seconds{std::max<std::int64_t>(1, whole_seconds(what.next))};
}

} // namespace recado::rest
