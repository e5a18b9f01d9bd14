#include "gateway/json/scanner.hpp"

#include <cmath>
#include <cstdlib>

namespace recado::json {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

/// Length of a sequence by its first byte, and the range of its second (RFC 3629, table 3-7 of
/// Unicode): this excludes overlong forms, surrogates and what lies above U+10FFFF.
struct lead {
  int length;
  unsigned char low, high;
};
lead lead_of(unsigned char byte) {
  if (byte >= 0xc2 && byte <= 0xdf) return {2, 0x80, 0xbf};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte >= 0xe1 && byte <= 0xef) return {3, 0x80, 0xbf};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte >= 0xf1 && byte <= 0xf3) return {4, 0x80, 0xbf};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

} // namespace

void scanner::fail(const std::string& what) const {
  throw syntax_error{what, at_};
}

char scanner::peek() {
  while (at_ < text_.size()) {
    char c = text_[at_];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return c;
    ++at_;
  }
  return 0;
}

bool scanner::at_end() {
  peek();
  return at_ == text_.size();
}

bool scanner::take(char wanted) {
  if (peek() != wanted || at_ == text_.size()) return false;
  ++at_;
  return true;
}

void scanner::expect(char wanted, const char* what) {
  if (!take(wanted)) fail(std::string{what} + " was expected");
}

void scanner::literal(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) fail("a value was expected");
  at_ += word.size();
}

std::string scanner::string() {
  expect('"', "a string");
  std::string out;
  for (;;) {
    if (at_ >= text_.size()) fail("the string has no end");
    auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '"') {
      ++at_;
      return out;
    }
    if (c < 0x20) fail("a control character must be escaped");
    if (c == '\\') {
      escape(out);
    } else if (c < 0x80) {
      plain_run(out);
    } else {
      utf8(out);
    }
  }
}

/// ASCII that stands for itself, as long as it lasts.
void scanner::plain_run(std::string& out) {
  auto from = at_;
  auto plain = [](unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; };
  while (at_ < text_.size() && plain(static_cast<unsigned char>(text_[at_])))
    ++at_;
  out.append(text_, from, at_ - from);
}

void scanner::escape(std::string& out) {
  ++at_; // the backslash
  if (at_ >= text_.size()) fail("the string has no end");
  static constexpr std::string_view names = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
  char c = text_[at_++];
  if (auto known = names.find(c); known != std::string_view::npos) {
    out += values[known];
    return;
  }
  if (c != 'u') fail("an unknown escape");
  unsigned code = hex4();
  if (code >= 0xdc00 && code <= 0xdfff) fail("a lone surrogate");
  if (code >= 0xd800 && code <= 0xdbff) {
    if (text_.substr(at_, 2) != "\\u") fail("a lone surrogate");
    at_ += 2;
    unsigned low = hex4();
    if (low < 0xdc00 || low > 0xdfff) fail("a lone surrogate");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(out, code);
}

unsigned scanner::hex4() {
  unsigned code = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    char c = at_ < text_.size() ? text_[at_] : 0;
    unsigned digit = 0;
    if (is_digit(c))
      digit = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<unsigned>(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
      digit = static_cast<unsigned>(c - 'A') + 10;
    else
      fail("four hex digits were expected");
    code = code << 4 | digit;
  }
  return code;
}

void scanner::utf8(std::string& out) {
  auto byte = [this](std::size_t i) { return static_cast<unsigned char>(text_[at_ + i]); };
  lead first = lead_of(byte(0));
  auto length = static_cast<std::size_t>(first.length);
  if (length == 0 || at_ + length > text_.size()) fail("invalid UTF-8");
  if (byte(1) < first.low || byte(1) > first.high) fail("invalid UTF-8");
  for (std::size_t i = 2; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) fail("invalid UTF-8");
  out.append(text_, at_, length);
  at_ += length;
}

bool scanner::digits() {
  std::size_t from = at_;
  while (at_ < text_.size() && is_digit(text_[at_]))
    ++at_;
  return at_ > from;
}

std::string scanner::number() {
  std::size_t from = at_;
  auto here = [this](char c) { return at_ < text_.size() && text_[at_] == c; };
  if (here('-')) ++at_;
  if (here('0'))
    ++at_;
  else if (!digits())
    fail("a value was expected");
  if (here('.')) {
    ++at_;
    if (!digits()) fail("a digit was expected");
  }
  if (here('e') || here('E')) {
    ++at_;
    if (here('+') || here('-')) ++at_;
    if (!digits()) fail("a digit was expected");
  }
  std::string out{text_.substr(from, at_ - from)};
  if (!std::isfinite(std::strtod(out.c_str(), nullptr))) fail("the number is out of range");
  return out;
}

} // namespace recado::json
