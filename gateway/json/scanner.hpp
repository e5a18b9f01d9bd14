#pragma once
/// INTERNAL to gateway/json: the lexical half of the parser.
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace recado::json {

/// Not JSON; caught in parse().
struct syntax_error : std::runtime_error {
  syntax_error(const std::string& what, std::size_t where) : std::runtime_error(what), at(where) {}
  std::size_t at;
};

class scanner {
public:
  explicit scanner(std::string_view text) : text_(text) {}

  /// The next byte that is not white space, without taking it; 0 at the end.
  char peek();
  bool take(char wanted);
  void expect(char wanted, const char* what);
  bool at_end();
  void literal(std::string_view word);
  /// A string with its quotes; decoded, valid UTF-8.
  std::string string();
  /// A number's text, checked to be finite.
  std::string number();
  std::size_t position() const { return at_; }
  [[noreturn]] void fail(const std::string& what) const;

private:
  void plain_run(std::string& out);
  void escape(std::string& out);
  unsigned hex4();
  void utf8(std::string& out);
  bool digits();

  std::string_view text_;
  std::size_t at_ = 0;
};

} // namespace recado::json
