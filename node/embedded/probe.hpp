#pragma once
/// The one question that `up` asks its children over HTTP.
#include <cstdint>
#include <string_view>

namespace recado::embedded {

/// The status of GET `path` on the loopback, 0 if there is no answer within 300 ms.
int http_status(std::uint16_t port, std::string_view path);

} // namespace recado::embedded
