#include "actors/delivery/clean_text.hpp"

namespace recado {
namespace {

/// Bytes of the character that begins here; 0: it is none.
std::size_t character(std::string_view from) {
  auto lead = static_cast<unsigned char>(from[0]);
  if (lead < 0x80) return 1;
  std::size_t size = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (lead >= 0xf5 || size == 0 || from.size() < size) return 0;
  auto second = static_cast<unsigned char>(from[1]);
  bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  bool beyond = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
  if (overlong || beyond) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((static_cast<unsigned char>(from[i]) & 0xc0) != 0x80) return 0;
  return size;
}

} // namespace

std::string clean_text(std::string_view said, std::size_t bytes_max) {
  std::string out;
  while (!said.empty()) {
    auto size = character(said);
    auto lead = static_cast<unsigned char>(said[0]);
    bool control = size == 1 && (lead < 0x20 || lead == 0x7f);
    std::string_view next = size == 0 ? "?" : control ? " " : said.substr(0, size);
    if (out.size() + next.size() > bytes_max) break;
    out += next;
    said.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

} // namespace recado
