#include "gateway/shapes/cursor.hpp"

#include "gateway/auth/base64url.hpp"
#include "schemas/digest.hpp"

namespace recado::shapes {
namespace {

constexpr std::size_t mark_bytes = 8, cursor_bytes_max = 1024;

/// Ties the position to its list: a cursor of another list, or a changed one, does not fit.
std::string mark(std::string_view list, std::string_view position) {
  std::string text{list};
  text += '\0';
  text += position;
  return sha256(text).substr(0, mark_bytes);
}

} // namespace

std::string make_cursor(std::string_view list, std::string_view position) {
  return auth::base64url(mark(list, position) + std::string{position});
}

result<std::string> read_cursor(std::string_view list, std::string_view text) {
  auto bytes = text.size() <= cursor_bytes_max ? auth::from_base64url(text) : std::nullopt;
  if (!bytes || bytes->size() <= mark_bytes) return fail(ec::invalid_cursor);
  auto position = bytes->substr(mark_bytes);
  if (bytes->substr(0, mark_bytes) != mark(list, position)) return fail(ec::invalid_cursor);
  return position;
}

} // namespace recado::shapes
