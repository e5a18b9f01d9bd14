#include "chaos/sockets/caller.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace recado::chaos {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  auto low = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::ranges::equal(a, b, {}, low, low);
}

/// The value of Content-Length; the server under test always sends one with these answers.
std::size_t length_of(const http_answer& got) {
  auto text = got.header("Content-Length");
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace

std::string_view http_answer::header(std::string_view name) const {
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    auto line = head.substr(at, head.find("\r\n", at) - at);
    auto colon = line.find(':');
    if (colon == std::string_view::npos || !same_name(line.substr(0, colon), name)) continue;
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return value;
  }
  return {};
}

std::size_t read_answer(std::string_view all, http_answer& into) {
  auto end = all.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  into.head = all.substr(0, end + 2);
  auto total = end + 4 + length_of(into);
  if (all.size() < total) return 0;
  constexpr std::size_t status_at = 9; // "HTTP/1.1 201 …"
  if (into.head.size() > status_at + 3)
    std::from_chars(all.data() + status_at, all.data() + status_at + 3, into.status);
  into.body = all.substr(end + 4, total - end - 4);
  return total;
}

std::size_t caller::on_bytes(std::string_view all) {
  http_answer got;
  auto used = read_answer(all, got);
  if (used > 0) heard_(*this, &got);
  return used;
}

} // namespace recado::chaos
