#pragma once
/// What a client is told about its rate and its day: RateLimit and RateLimit-Policy
/// (draft-ietf-httpapi-ratelimit-headers-10) and the X-RateLimit headers that many programs read.
#include "gateway/admission/quota_desk.hpp"
#include "gateway/admission/rates.hpp"
#include "runtime/http/message.hpp"

namespace recado::rest {

/// The limits that a client has; those that it has not are nothing.
struct allowances {
  std::optional<admission::allowance> burst;
  std::optional<admission::day_allowance> daily;
};

std::vector<http::header> rate_headers(const allowances& what);
/// For Retry-After: whole seconds, at least one.
std::chrono::seconds retry_after(const admission::allowance& what);

} // namespace recado::rest
