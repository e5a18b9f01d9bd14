#include "gateway/json/writer.hpp"

namespace recado::json {

void append_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      if (auto byte = static_cast<unsigned char>(c); byte < 0x20) {
        out += "\\u00";
        out += hex[byte >> 4];
        out += hex[byte & 15];
      } else {
        out += c;
      }
    }
  }
  out += '"';
}

void writer::comma() {
  if (!first_) out_ += ',';
  first_ = false;
}

writer& writer::open(char bracket) {
  comma();
  out_ += bracket;
  first_ = true;
  return *this;
}

writer& writer::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

writer& writer::key(std::string_view name) {
  comma();
  append_string(out_, name);
  out_ += ':';
  first_ = true;
  return *this;
}

writer& writer::put(std::string_view text) {
  comma();
  append_string(out_, text);
  return *this;
}

writer& writer::raw(std::string_view json) {
  comma();
  out_ += json;
  return *this;
}

} // namespace recado::json
