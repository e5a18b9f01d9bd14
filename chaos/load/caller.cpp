#include "chaos/load/caller.hpp"

#include <charconv>

namespace recado::load {
namespace {

/// The value of Content-Length; the server under test always sends one with these answers.
std::size_t length_of(std::string_view head) {
  constexpr std::string_view name = "\r\nContent-Length: ";
  auto at = head.find(name);
  if (at == std::string_view::npos) return 0;
  std::size_t value = 0;
  auto from = head.substr(at + name.size());
  std::from_chars(from.data(), from.data() + from.size(), value);
  return value;
}

} // namespace

std::size_t caller::on_bytes(std::string_view all) {
  auto end = all.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  auto head = all.substr(0, end + 2);
  auto total = end + 4 + length_of(head);
  if (all.size() < total) return 0;
  http_answer got;
  constexpr std::size_t status_at = 9; // "HTTP/1.1 201 …"
  if (head.size() > status_at + 3)
    std::from_chars(head.data() + status_at, head.data() + status_at + 3, got.status);
  got.body = all.substr(end + 4, total - end - 4);
  heard_(*this, &got);
  return total;
}

} // namespace recado::load
