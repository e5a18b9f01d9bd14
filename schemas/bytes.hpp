#pragma once
/// Fixed layouts on the wire: big endian numbers and raw bytes, one after the other.
#include "schemas/uuid.hpp"

namespace recado {

inline void put_number(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift));
}

/// Reads until the bytes end; `ok` turns false then, and everything read from there on is 0.
struct byte_reader {
  std::string_view rest;
  bool ok = true;

  std::string_view take(std::size_t n) {
    ok = ok && rest.size() >= n;
    auto out = ok ? rest.substr(0, n) : std::string_view{};
    if (ok) rest.remove_prefix(n);
    return out;
  }
  std::uint64_t number(int bytes) {
    std::uint64_t out = 0;
    for (auto c : take(static_cast<std::size_t>(bytes)))
      out = out << 8 | static_cast<std::uint8_t>(c);
    return out;
  }
  std::int64_t int8() { return static_cast<std::int64_t>(number(8)); }
  uuid id() {
    uuid out;
    auto bytes = take(out.bytes.size());
    if (ok) std::memcpy(out.bytes.data(), bytes.data(), bytes.size());
    return out;
  }
};

} // namespace recado
