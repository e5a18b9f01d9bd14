#pragma once
/// Finds the end of a request's head and refuses, byte by byte, what parsers are known to disagree
/// about (RFC 9112, 2.2, 5.1, 5.2 and 11.2): bare LF, bare CR, folded lines, control characters.
#include <cstddef>
#include <string_view>

namespace recado::http::detail {

class head_scanner {
public:
  enum class verdict { need_more, complete, malformed };

  /// `input` begins where the head begins and has grown since the last call.
  verdict scan(std::string_view input);

  std::size_t begin() const { return begin_; } ///< after one blank line that some clients send
  std::size_t end() const { return position_; }
  std::size_t lines() const { return lines_; } ///< request line and headers
  std::string_view fault() const { return fault_; }

private:
  verdict line_end();
  verdict malformed(std::string_view why);

  std::size_t begin_ = 0;
  std::size_t position_ = 0;
  std::size_t line_bytes_ = 0;
  std::size_t lines_ = 0;
  bool after_cr_ = false;
  std::string_view fault_;
};

} // namespace recado::http::detail
