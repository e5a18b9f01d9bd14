#pragma once
/// UUIDs (RFC 9562) and the strong ids built on them.
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace recado {

/// Sixteen bytes in network order. The nil UUID (all zero) means "none".
struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// Any version, 8-4-4-4-12 hex digits in either case; nullopt for everything else.
  static std::optional<uuid> parse(std::string_view text);
  /// Version 7: 48 bit Unix milliseconds, 12 bit counter, 62 random bits; strictly increasing
  /// within one thread.
  static uuid v7();
  /// Version 5: SHA-1 of the namespace's bytes and the name.
  static uuid v5(const uuid& name_space, std::string_view name);

  std::string str() const;
  void append_to(std::string& out) const; ///< what str() says
  bool nil() const noexcept { return *this == uuid{}; }
  std::string_view raw() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  auto operator<=>(const uuid&) const = default;
};

/// A UUID that cannot be mistaken for another kind of UUID.
template <class Tag>
struct id_of {
  uuid value{};

  id_of() = default;
  explicit id_of(const uuid& v) : value(v) {}
  static std::optional<id_of> parse(std::string_view text) {
    if (auto v = uuid::parse(text)) return id_of{*v};
    return std::nullopt;
  }
  static id_of make() { return id_of{uuid::v7()}; }
  std::string str() const { return value.str(); }
  bool nil() const noexcept { return value.nil(); }
  auto operator<=>(const id_of&) const = default;
};

using client_id = id_of<struct client_tag>;
using conversation_id = id_of<struct conversation_tag>;
using message_id = id_of<struct message_tag>;
using command_id = id_of<struct command_tag>;
using delivery_id = id_of<struct delivery_tag>;

/// The caller's own name for a person: 1-128 of [A-Za-z0-9._:@+-], unique within its client.
struct user_id {
  std::string value;

  user_id() = default;
  explicit user_id(std::string v) : value(std::move(v)) {}
  static bool valid(std::string_view text) noexcept;
  bool empty() const noexcept { return value.empty(); }
  auto operator<=>(const user_id&) const = default;
};

} // namespace recado

template <>
struct std::hash<recado::uuid> {
  std::size_t operator()(const recado::uuid& id) const noexcept {
    std::uint64_t high, low; // the low half of a v4, v5 or v7 UUID is random enough to be the hash
    std::memcpy(&high, id.bytes.data(), 8);
    std::memcpy(&low, id.bytes.data() + 8, 8);
    return high * 0x9e3779b97f4a7c15ull ^ low;
  }
};
template <class Tag>
struct std::hash<recado::id_of<Tag>> {
  std::size_t operator()(const recado::id_of<Tag>& id) const noexcept {
    return std::hash<recado::uuid>{}(id.value);
  }
};
template <>
struct std::hash<recado::user_id> {
  std::size_t operator()(const recado::user_id& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
