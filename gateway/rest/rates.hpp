#pragma once
/// What a client is told about its rate: RateLimit and RateLimit-Policy
/// (draft-ietf-httpapi-ratelimit-headers-10) and the X-RateLimit headers that many programs read.
#include "gateway/admission/rates.hpp"
#include "runtime/http/message.hpp"

namespace recado::rest {

std::vector<http::header> rate_headers(const admission::allowance& what);
/// For Retry-After: whole seconds, at least one.
std::chrono::seconds retry_after(const admission::allowance& what);

} // namespace recado::rest
