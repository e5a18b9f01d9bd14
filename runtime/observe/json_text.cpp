#include "runtime/observe/json_text.hpp"

#include "schemas/json_escape.hpp"

#include <cstdint>

namespace recado::observe {
namespace {

/// What may follow a lead byte: how many bytes, and the range of the first of them (RFC 3629; the
/// ranges keep overlong forms, surrogates and values above U+10FFFF out).
struct lead {
  int more = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
};
lead lead_of(unsigned char c) {
  if (c >= 0xc2 && c <= 0xdf) return {1};
  if (c == 0xe0) return {2, 0xa0, 0xbf};
  if (c == 0xed) return {2, 0x80, 0x9f};
  if (c >= 0xe1 && c <= 0xef) return {2};
  if (c == 0xf0) return {3, 0x90, 0xbf};
  if (c >= 0xf1 && c <= 0xf3) return {3};
  if (c == 0xf4) return {3, 0x80, 0x8f};
  return {};
}

/// Appends the character that begins at `at`; returns how many bytes it took.
std::size_t append_multibyte(std::string& out, std::string_view text, std::size_t at) {
  auto [more, low, high] = lead_of(static_cast<unsigned char>(text[at]));
  std::size_t length = 1;
  for (; more > 0 && at + length < text.size(); --more, ++length, low = 0x80, high = 0xbf) {
    auto c = static_cast<unsigned char>(text[at + length]);
    if (c < low || c > high) break;
  }
  if (length > 1 && more == 0)
    out += text.substr(at, length);
  else
    out += "\xef\xbf\xbd";
  return length;
}

} // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x80) {
      at += append_multibyte(out, text, at);
      continue;
    }
    if (c < 0x20 || c == '"' || c == '\\')
      append_json_escape(out, text[at]);
    else
      out += text[at];
    ++at;
  }
  out += '"';
}

} // namespace recado::observe
