#pragma once
/// "https://host:port" taken apart.
#include <optional>
#include <string>
#include <string_view>

namespace recado::client {

struct server_url {
  bool tls = false;
  std::string host;
  std::string port; ///< 80 or 443 unless named
  std::string base; ///< "/recado" of https://example.org/recado, else empty

  /// The Host header.
  std::string authority() const;
};

/// Nothing if it is no http or https URL.
std::optional<server_url> parse_url(std::string_view text);

} // namespace recado::client
