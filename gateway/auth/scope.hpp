#pragma once
/// What a token may do.
#include "schemas/time.hpp"
#include "schemas/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace recado::auth {

enum class scope : std::uint8_t {
  messages_read = 1,
  messages_write = 2,
  accounts_write = 4,
  admin = 8
};
std::string_view to_string(scope value) noexcept;

class scope_set {
public:
  constexpr scope_set() = default;
  constexpr scope_set(std::initializer_list<scope> of) {
    for (auto each : of)
      bits_ |= static_cast<std::uint8_t>(each);
  }
  /// Words separated by spaces; those that we do not know are left out.
  static scope_set parse(std::string_view words);
  /// nullopt if one of the words is unknown.
  static std::optional<scope_set> parse_all(std::string_view words);
  std::string str() const;

  bool has(scope one) const noexcept { return bits_ & static_cast<std::uint8_t>(one); }
  bool within(scope_set other) const noexcept { return (bits_ & ~other.bits_) == 0; }
  bool empty() const noexcept { return bits_ == 0; }
  scope_set operator&(scope_set other) const noexcept {
    scope_set out;
    out.bits_ = bits_ & other.bits_;
    return out;
  }
  bool operator==(const scope_set&) const = default;

private:
  std::uint8_t bits_ = 0;
};

/// Who is asking: a client, or one of its users.
struct principal {
  client_id client;
  user_id user; ///< empty: the client itself
  scope_set scopes;
  wall_time expires_at{};

  bool is_user() const noexcept { return !user.empty(); }
  bool operator==(const principal&) const = default;
};

} // namespace recado::auth
