#include "gateway/json/value.hpp"
#include "gateway/json/writer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace recado::json {
namespace {

/// Whole numbers that a double holds exactly are written without a fraction, so that 1, 1.0 and
/// 1e0 are the same; longer integers keep their digits.
std::string normal(const number& what) {
  constexpr double exact = 9007199254740992.0; // 2^53
  bool whole = what.text.find_first_of(".eE") == std::string::npos;
  double real = what.real();
  if (real == 0) return "0";
  if (whole) return what.text;
  char out[32];
  if (std::trunc(real) == real && std::fabs(real) < exact)
    return std::to_string(static_cast<std::int64_t>(real));
  auto end = std::to_chars(out, out + sizeof out, real).ptr;
  return {out, end};
}

void append(std::string& out, const value& what, bool sorted);

void append_members(std::string& out, const value::object& members, bool sorted) {
  std::vector<const member*> order;
  order.reserve(members.size());
  for (const auto& each : members)
    order.push_back(&each);
  if (sorted)
    std::sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->name < b->name; });
  out += '{';
  for (const auto* each : order) {
    if (each != order.front()) out += ',';
    append_string(out, each->name);
    out += ':';
    append(out, each->held, sorted);
  }
  out += '}';
}

void append_items(std::string& out, const value::array& items, bool sorted) {
  out += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    append(out, items[i], sorted);
  }
  out += ']';
}

void append(std::string& out, const value& what, bool sorted) {
  if (const auto* flag = what.boolean())
    out += *flag ? "true" : "false";
  else if (const auto* digits = what.numeric())
    out += sorted ? normal(*digits) : digits->text;
  else if (const auto* text = what.text())
    append_string(out, *text);
  else if (const auto* items = what.items())
    append_items(out, *items, sorted);
  else if (const auto* members = what.members())
    append_members(out, *members, sorted);
  else
    out += "null";
}

} // namespace

std::string to_text(const value& what) {
  std::string out;
  append(out, what, false);
  return out;
}

std::string canonical(const value& what) {
  std::string out;
  append(out, what, true);
  return out;
}

} // namespace recado::json
