#include "cluster/router/reply_batch.hpp"

#include "schemas/wire.hpp"

namespace recado::cluster {

namespace {

constexpr std::size_t length_bytes = 4;

void append(std::string& out, std::string_view one) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(one.size() >> shift));
  out.append(one);
}

std::size_t read_length(std::string_view bytes) {
  std::size_t out = 0;
  for (auto c : bytes.substr(0, length_bytes))
    out = out << 8 | static_cast<std::uint8_t>(c);
  return out;
}

} // namespace

std::vector<std::string> encode_replies(std::span<const reply> replies, std::size_t bytes_max) {
  std::vector<std::string> out;
  for (const auto& one : replies) {
    auto bytes = encode(one);
    if (out.empty() || out.back().size() + length_bytes + bytes.size() > bytes_max)
      out.emplace_back();
    append(out.back(), bytes);
  }
  return out;
}

result<std::vector<reply>> decode_replies(std::string_view bytes) {
  std::vector<reply> out;
  while (!bytes.empty()) {
    if (bytes.size() < length_bytes) return fail(ec::malformed_request, "reply batch is cut");
    auto length = read_length(bytes);
    bytes.remove_prefix(length_bytes);
    if (bytes.size() < length) return fail(ec::malformed_request, "reply batch is cut");
    auto one = decode_reply(bytes.substr(0, length));
    if (!one) return tl::unexpected(std::move(one.error()));
    out.push_back(std::move(*one));
    bytes.remove_prefix(length);
  }
  return out;
}

} // namespace recado::cluster
