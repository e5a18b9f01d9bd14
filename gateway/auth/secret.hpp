#pragma once
/// Client secrets: 32 random bytes, shown once, kept as SHA-256.
#include <string>
#include <string_view>

namespace recado::auth {

struct fresh_secret {
  std::string text;   ///< base64url; shown once
  std::string sha256; ///< of the text; what is kept
};
fresh_secret make_secret();

/// Takes the same time for every wrong secret.
bool secret_matches(std::string_view text, std::string_view sha256_kept);

} // namespace recado::auth
