#pragma once
/// Secrets at rest: sealed with a key that the database does not have.
#include "schemas/problem.hpp"

#include <string>
#include <string_view>

namespace recado {

/// AES-256-GCM. Without a key nothing is sealed, and what is sealed cannot be opened.
class sealer {
public:
  sealer() = default;
  /// 32 bytes.
  explicit sealer(std::string key) : key_(std::move(key)) {}
  /// A file with a secret of at least 32 characters; an empty path: no key. Errors:
  /// invalid_request with a sentence.
  static result<sealer> from_file(const std::string& path);

  bool has_key() const noexcept { return !key_.empty(); }
  /// `context` must be the same when it is opened: a secret cannot be moved to another row.
  std::string seal(std::string_view secret, std::string_view context) const;
  result<std::string> open(std::string_view sealed, std::string_view context) const;

private:
  std::string key_;
};

} // namespace recado
