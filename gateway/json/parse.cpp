#include "gateway/json/scanner.hpp"
#include "gateway/json/value.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace recado::json {
namespace {

struct too_deep {};

class parser {
public:
  parser(std::string_view text, std::size_t depth_max) : in_(text), depth_max_(depth_max) {}

  document run() {
    if (in_.at_end()) in_.fail("the body is empty");
    document out;
    out.root = any();
    if (!in_.at_end()) in_.fail("something follows the document");
    out.flaws = std::move(flaws_);
    return out;
  }

private:
  value any() {
    switch (in_.peek()) {
    case '{':
      return nested(&parser::object);
    case '[':
      return nested(&parser::array);
    case '"':
      return value{checked(in_.string())};
    case 't':
      in_.literal("true");
      return value{true};
    case 'f':
      in_.literal("false");
      return value{false};
    case 'n':
      in_.literal("null");
      return value{};
    default:
      return value{number{in_.number()}};
    }
  }

  value nested(value (parser::*kind)()) {
    if (path_.size() >= depth_max_) throw too_deep{};
    path_.emplace_back();
    value out = (this->*kind)();
    path_.pop_back();
    return out;
  }

  value object() {
    in_.expect('{', "'{'");
    value::object out;
    if (in_.take('}')) return value{std::move(out)};
    if (path_.size() == 1) out.reserve(8); // not those of which a body may have a million
    do {
      if (in_.peek() != '"') in_.fail("a name was expected");
      auto name = in_.string();
      in_.expect(':', "':'");
      path_.back() = name;
      checked(name);
      auto held = any();
      out.push_back({std::move(name), std::move(held)});
    } while (in_.take(','));
    in_.expect('}', "',' or '}'");
    path_.back() = nowhere{};
    find_duplicates(out);
    return value{std::move(out)};
  }

  value array() {
    in_.expect('[', "'['");
    value::array out;
    if (in_.take(']')) return value{std::move(out)};
    do {
      path_.back() = out.size();
      out.push_back(any());
    } while (in_.take(','));
    in_.expect(']', "',' or ']'");
    return value{std::move(out)};
  }

  std::string checked(std::string text) {
    if (text.find('\0') != std::string::npos) flaw("U+0000 is not allowed");
    return text;
  }

  void find_duplicates(const value::object& members) {
    if (members.size() < 2) return;
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& each : members)
      names.push_back(each.name);
    std::sort(names.begin(), names.end());
    for (std::size_t i = 1; i < names.size(); ++i) {
      if (names[i] != names[i - 1] || (i > 1 && names[i] == names[i - 2])) continue;
      path_.back() = std::string{names[i]};
      flaw("the name occurs more than once");
    }
  }

  /// At the place that is being read.
  void flaw(std::string detail) {
    if (flaws_.size() >= flaws_max) return;
    std::string pointer;
    for (const auto& each : path_) {
      if (const auto* name = std::get_if<std::string>(&each)) pointer = pointer_to(pointer, *name);
      if (const auto* at = std::get_if<std::size_t>(&each)) pointer = pointer_to(pointer, *at);
    }
    flaws_.push_back({std::move(pointer), std::move(detail)});
  }

  using nowhere = std::monostate;
  using step = std::variant<nowhere, std::string, std::size_t>;

  scanner in_;
  std::size_t depth_max_;
  std::vector<step> path_; ///< where each open object or array is being read
  std::vector<field_error> flaws_;
};

} // namespace

std::optional<std::int64_t> number::integer() const {
  std::int64_t out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

double number::real() const {
  return std::strtod(text.c_str(), nullptr);
}

result<document> parse(std::string_view text, std::size_t depth_max) {
  try {
    return parser{text, depth_max}.run();
  } catch (const syntax_error& wrong) {
    return fail(ec::invalid_json,
                std::string{wrong.what()} + " at byte " + std::to_string(wrong.at));
  } catch (const too_deep&) {
    return fail(ec::json_too_deep, "at most " + std::to_string(depth_max) + " levels");
  }
}

std::string pointer_to(std::string_view parent, std::string_view name) {
  std::string out{parent};
  out += '/';
  for (char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

std::string pointer_to(std::string_view parent, std::size_t index) {
  return std::string{parent} + '/' + std::to_string(index);
}

} // namespace recado::json
