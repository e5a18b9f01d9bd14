#pragma once
/// Signatures of Standard Webhooks 1.0.0 (symmetric, v1).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace recado::channels::webhook {

/// The key within "whsec_" + base64 of 24 to 64 bytes; nullopt if it is none.
std::optional<std::string> key_of(std::string_view secret);

/// "v1,…": base64 of HMAC-SHA256 over "id.timestamp.body".
std::string sign(std::string_view key, std::string_view id, std::int64_t unix_seconds,
                 std::string_view body);

} // namespace recado::channels::webhook
