#pragma once
/// What the answers of many providers have in common.
#include <chrono>
#include <optional>
#include <string_view>

#include "channels/channel.hpp"

namespace recado::channels {

/// The value of a header (name in lower case); empty: absent.
std::string_view header_of(const http::incoming_response& response, std::string_view name);

/// Retry-After in seconds or as an HTTP date; never negative.
std::optional<std::chrono::seconds> retry_after_of(const http::incoming_response& response,
                                                   wall_time now);

/// What a request that got no answer means: nothing was taken, or nobody knows.
verdict verdict_of(const http::transfer_failure& failure);

/// One line of at most 500 bytes without control characters, whole UTF-8 characters only.
std::string one_line(std::string_view text);

} // namespace recado::channels
