#include "runtime/http/detail/head_scanner.hpp"

namespace recado::http::detail {

head_scanner::verdict head_scanner::malformed(std::string_view why) {
  fault_ = why;
  return verdict::malformed;
}

head_scanner::verdict head_scanner::line_end() {
  after_cr_ = false;
  const bool empty = line_bytes_ == 0;
  line_bytes_ = 0;
  if (!empty) {
    ++lines_;
    return verdict::need_more;
  }
  if (lines_ > 0) return verdict::complete;
  if (begin_ > 0) return malformed("empty lines before the request line");
  begin_ = position_;
  return verdict::need_more;
}

head_scanner::verdict head_scanner::scan(std::string_view input) {
  while (position_ < input.size()) {
    const char c = input[position_++];
    if (after_cr_) {
      if (c != '\n') return malformed("a CR without LF");
      if (const auto found = line_end(); found != verdict::need_more) return found;
      continue;
    }
    if (c == '\r') {
      after_cr_ = true;
      continue;
    }
    if (c == '\n') return malformed("a LF without CR");
    if ((c >= 0 && c < ' ' && c != '\t') || c == '\x7f') return malformed("a control character");
    if (line_bytes_ == 0 && (c == ' ' || c == '\t'))
      return malformed("a line that begins with a space");
    ++line_bytes_;
  }
  return verdict::need_more;
}

} // namespace recado::http::detail
