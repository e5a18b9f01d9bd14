#include "runtime/observe/trace.hpp"

#include <algorithm>
#include <random>

namespace recado::observe {
namespace {

/// Lower case only: the specification forbids the other.
int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool parse_hex(std::string_view text, std::uint8_t* out) {
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    auto high = digit_of(text[i]);
    auto low = digit_of(text[i + 1]);
    if (high < 0 || low < 0) return false;
    *out++ = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

template <class Bytes>
void append_hex(std::string& out, const Bytes& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  for (auto byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
}

template <class Bytes>
std::string hex(const Bytes& bytes) {
  std::string out;
  out.reserve(2 * bytes.size());
  append_hex(out, bytes);
  return out;
}

template <class Bytes>
bool zero(const Bytes& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](auto byte) { return byte == 0; });
}

/// Ids are names, not secrets: a seeded generator is enough.
template <class Bytes>
void randomize(Bytes& bytes) {
  thread_local std::mt19937_64 random{std::random_device{}() ^
                                      static_cast<std::uint64_t>(std::random_device{}()) << 32};
  do {
    std::generate(bytes.begin(), bytes.end(), [] { return static_cast<std::uint8_t>(random()); });
  } while (zero(bytes));
}

} // namespace

trace_context trace_context::start() {
  trace_context out;
  randomize(out.trace_id);
  randomize(out.span_id);
  return out;
}

std::optional<trace_context> trace_context::parse(std::string_view text) {
  constexpr std::size_t length = 55; // of version 00, and of the first four fields of any other
  if (text.size() < length || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return std::nullopt;
  std::uint8_t version = 0;
  trace_context out;
  if (!parse_hex(text.substr(0, 2), &version) ||
      !parse_hex(text.substr(3, 32), out.trace_id.data()) ||
      !parse_hex(text.substr(36, 16), out.span_id.data()) ||
      !parse_hex(text.substr(53, 2), &out.flags))
    return std::nullopt;
  if (version == 0xff || zero(out.trace_id) || zero(out.span_id)) return std::nullopt;
  if (text.size() > length && (version == 0 || text[length] != '-')) return std::nullopt;
  return out;
}

trace_context trace_context::child() const {
  auto out = *this;
  do
    randomize(out.span_id);
  while (out.span_id == span_id);
  return out;
}

std::string trace_context::traceparent() const {
  std::string out;
  out.reserve(55);
  out += "00-";
  append_hex(out, trace_id);
  out += '-';
  append_hex(out, span_id);
  out += (flags & 1) != 0 ? "-01" : "-00";
  return out;
}
std::string trace_context::trace_id_text() const {
  return hex(trace_id);
}
std::string trace_context::span_id_text() const {
  return hex(span_id);
}

std::string bounded_tracestate(std::string_view tracestate) {
  std::string out;
  for (int members = 0; members < 32 && !tracestate.empty();) {
    auto comma = tracestate.find(',');
    auto member = tracestate.substr(0, comma);
    tracestate = comma == tracestate.npos ? std::string_view{} : tracestate.substr(comma + 1);
    auto first = member.find_first_not_of(" \t");
    if (first == member.npos) continue;
    member = member.substr(first, member.find_last_not_of(" \t") - first + 1);
    if (out.size() + member.size() + 1 > 512) break;
    if (!out.empty()) out += ',';
    out += member;
    ++members;
  }
  return out;
}

} // namespace recado::observe
