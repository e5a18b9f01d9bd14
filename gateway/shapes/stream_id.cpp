#include "gateway/shapes/stream_id.hpp"

#include "gateway/auth/base64url.hpp"

#include <cstring>
#include <limits>

namespace recado::shapes {
namespace {

// version u8, base flag u8, base 16 bytes, then for each conversation: id 16 bytes, seq as LEB128.
constexpr char version = 1;

void append_positions(std::string& out, const positions& what) {
  for (const auto& [where, seq] : what) {
    out += where.value.raw();
    auto rest = static_cast<std::uint64_t>(seq);
    do {
      out += static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
      rest >>= 7;
    } while (rest > 0);
  }
}

std::optional<uuid> take_uuid(std::string_view& from) {
  uuid out;
  if (from.size() < out.bytes.size()) return std::nullopt;
  std::memcpy(out.bytes.data(), from.data(), out.bytes.size());
  from.remove_prefix(out.bytes.size());
  return out;
}

std::optional<std::int64_t> take_seq(std::string_view& from) {
  std::uint64_t out = 0;
  for (unsigned shift = 0; shift < 63 && !from.empty(); shift += 7) {
    auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    out |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return static_cast<std::int64_t>(out);
  }
  return std::nullopt;
}

std::optional<positions> take_positions(std::string_view from) {
  positions out;
  while (!from.empty()) {
    auto where = take_uuid(from);
    auto seq = where ? take_seq(from) : std::nullopt;
    if (!seq) return std::nullopt;
    out.emplace(*where, *seq);
  }
  return out;
}

} // namespace

std::string write_stream_id(const stream_id& what) {
  std::string out{version, what.base ? '\1' : '\0'};
  if (what.base) out += what.base->raw();
  append_positions(out, what.at);
  return auth::base64url(out);
}

result<stream_id> read_stream_id(std::string_view text) {
  auto bytes = auth::from_base64url(text);
  if (!bytes || bytes->size() < 2 || bytes->front() != version || (*bytes)[1] > 1)
    return fail(ec::invalid_cursor, "Last-Event-ID is not an id of this stream");
  std::string_view rest = std::string_view{*bytes}.substr(2);
  stream_id out;
  if ((*bytes)[1] == 1) {
    out.base = take_uuid(rest);
    if (!out.base) return fail(ec::invalid_cursor, "Last-Event-ID is cut off");
  }
  auto at = take_positions(rest);
  if (!at) return fail(ec::invalid_cursor, "Last-Event-ID is cut off");
  out.at = std::move(*at);
  return out;
}

std::string write_positions(const positions& what) {
  std::string out;
  append_positions(out, what);
  return auth::base64url(out);
}

std::optional<positions> read_positions(std::string_view text) {
  auto bytes = auth::from_base64url(text);
  return bytes ? take_positions(*bytes) : std::nullopt;
}

} // namespace recado::shapes
