#include "gateway/json/writer.hpp"

#include "schemas/json_escape.hpp"

#include <algorithm>

namespace recado::json {

namespace {

/// Bytes that stand for themselves within a JSON string: most texts are one run of them. (No
/// function: the search is over every byte that is sent, and a pointer would be called for each.)
constexpr auto is_plain = [](char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
};

} // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    auto end = std::find_if_not(text.begin(), text.end(), is_plain);
    auto run = static_cast<std::size_t>(end - text.begin());
    out.append(text.data(), run);
    text.remove_prefix(run);
    if (text.empty()) break;
    append_json_escape(out, text.front());
    text.remove_prefix(1);
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

writer& writer::put(const uuid& id) {
  comma();
  out_ += '"';
  id.append_to(out_);
  out_ += '"';
  return *this;
}

writer& writer::raw(std::string_view json) {
  comma();
  out_ += json;
  return *this;
}

} // namespace recado::json
