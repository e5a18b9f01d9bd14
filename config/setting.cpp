#include "config/setting.hpp"

#include <charconv>
#include <fmt/format.h>

namespace recado::config {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", c);
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + '"';
}

std::string trimmed(const std::string& text) {
  auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    auto comma = std::min(text.find(',', at), text.size());
    if (auto part = trimmed(text.substr(at, comma - at)); !part.empty()) out.push_back(part);
    at = comma + 1;
  }
  return out;
}

} // namespace

tl::expected<value, std::string> value_of(const setting& to, const std::string& text) {
  auto now = to.get();
  if (std::holds_alternative<std::string>(now)) return text;
  if (std::holds_alternative<std::vector<std::string>>(now)) return parts_of(text);
  auto word = trimmed(text);
  auto given = to.secret ? "the value" : quoted(text);
  if (std::holds_alternative<bool>(now)) {
    if (word == "true") return true;
    if (word == "false") return false;
    return tl::unexpected(given + " is not true or false");
  }
  std::int64_t number = 0;
  auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || stop != word.data() + word.size())
    return tl::unexpected(given + " is not a whole number");
  return number;
}

std::string to_toml(const value& what) {
  struct printer {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(const std::string& text) const { return quoted(text); }
    std::string operator()(const std::vector<std::string>& list) const {
      std::string out = "[";
      for (const auto& text : list)
        out += (out.size() > 1 ? ", " : "") + quoted(text);
      return out + "]";
    }
  };
  return std::visit(printer{}, what);
}

} // namespace recado::config
