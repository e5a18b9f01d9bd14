#include "schemas/uuid.hpp"

#include "schemas/digest.hpp"

#include <chrono>
#include <openssl/rand.h>

namespace recado {
namespace {

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool dash_at(std::size_t i) noexcept {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

/// Random bytes from a buffer per thread: one call of RAND_bytes serves 64 ids.
void random_bytes(std::uint8_t* out, std::size_t n) {
  thread_local std::array<std::uint8_t, 640> pool;
  thread_local std::size_t used = pool.size();
  if (used + n > pool.size()) {
    RAND_bytes(pool.data(), static_cast<int>(pool.size()));
    used = 0;
  }
  std::memcpy(out, pool.data() + used, n);
  used += n;
}

} // namespace

std::optional<uuid> uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  uuid out;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < 36; ++i) {
    if (dash_at(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    auto& byte = out.bytes[nibble / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | digit);
    ++nibble;
  }
  return out;
}

uuid uuid::v7() {
  thread_local std::uint64_t last = 0; // milliseconds << 12 | counter
  auto now = std::chrono::system_clock::now().time_since_epoch();
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  last = std::max(last + 1, static_cast<std::uint64_t>(ms) << 12);
  uuid out;
  random_bytes(out.bytes.data() + 8, 8);
  auto stamp = last >> 12;
  for (int i = 5; i >= 0; --i, stamp >>= 8)
    out.bytes[i] = static_cast<std::uint8_t>(stamp);
  out.bytes[6] = static_cast<std::uint8_t>(0x70 | (last >> 8 & 0x0f));
  out.bytes[7] = static_cast<std::uint8_t>(last);
  out.bytes[8] = static_cast<std::uint8_t>(0x80 | (out.bytes[8] & 0x3f));
  return out;
}

uuid uuid::v5(const uuid& name_space, std::string_view name) {
  std::string input{name_space.raw()};
  input += name;
  auto digest = sha1(input);
  uuid out;
  std::memcpy(out.bytes.data(), digest.data(), 16);
  out.bytes[6] = static_cast<std::uint8_t>(0x50 | (out.bytes[6] & 0x0f));
  out.bytes[8] = static_cast<std::uint8_t>(0x80 | (out.bytes[8] & 0x3f));
  return out;
}

std::string uuid::str() const {
  std::string out;
  append_to(out);
  return out;
}

void uuid::append_to(std::string& out) const {
  static constexpr char digits[] = "0123456789abcdef";
  std::array<char, 36> text;
  char* to = text.data();
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
    *to++ = digits[bytes[i] >> 4];
    *to++ = digits[bytes[i] & 15];
  }
  out.append(text.data(), text.size());
}

bool user_id::valid(std::string_view text) noexcept {
  if (text.empty() || text.size() > 128) return false;
  for (char c : text) {
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!word && std::string_view{"._:@+-"}.find(c) == std::string_view::npos) return false;
  }
  return true;
}

} // namespace recado
