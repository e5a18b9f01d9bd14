#include "gateway/auth/base64url.hpp"

#include <cstdint>

namespace recado::auth {
namespace {

constexpr std::string_view url_digits =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view std_digits =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<std::string> decode(std::string_view text, std::string_view digits) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t held = 0;
  int bits = 0;
  for (char c : text) {
    auto digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    held = held << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(held >> bits & 0xff);
    held &= (1u << bits) - 1;
  }
  if (held != 0) return std::nullopt; // two spellings of the same bytes are one too many
  return out;
}

} // namespace

std::string base64url(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t held = 0;
  int bits = 0;
  for (char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    bits += 8;
    for (; bits >= 6; held &= (1u << bits) - 1) {
      bits -= 6;
      out += url_digits[held >> bits];
    }
  }
  if (bits > 0) out += url_digits[held << (6 - bits)];
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  return decode(text, url_digits);
}

std::optional<std::string> from_base64(std::string_view text) {
  for (int pads = 0; pads < 2 && text.ends_with('='); ++pads)
    text.remove_suffix(1);
  return decode(text, std_digits);
}

} // namespace recado::auth
