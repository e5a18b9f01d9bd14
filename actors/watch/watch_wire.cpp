#include "actors/watch/watch_wire.hpp"

#include <cstring>

namespace recado {
namespace {

constexpr std::uint8_t version = 1;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift));
}

void put(std::string& out, const watch_service::item& what) {
  out += what.client.value.raw();
  out += what.conversation.value.raw();
}

/// Reads until the bytes end; `ok` turns false then.
struct cursor {
  std::string_view rest;
  bool ok = true;

  std::string_view take(std::size_t n) {
    ok = ok && rest.size() >= n;
    auto out = ok ? rest.substr(0, n) : std::string_view{};
    if (ok) rest.remove_prefix(n);
    return out;
  }
  std::uint64_t number(int bytes) {
    std::uint64_t out = 0;
    for (auto c : take(static_cast<std::size_t>(bytes)))
      out = out << 8 | static_cast<std::uint8_t>(c);
    return out;
  }
  uuid id() {
    uuid out;
    auto bytes = take(out.bytes.size());
    if (ok) std::memcpy(out.bytes.data(), bytes.data(), bytes.size());
    return out;
  }
  watch_service::item item() {
    client_id client{id()};
    return {client, conversation_id{id()}};
  }
};

} // namespace

std::string encode(const watch_request& value) {
  std::string out;
  put(out, version, 1);
  put(out, value.on ? 1 : 0, 1);
  put(out, value.who.size(), 2);
  out += value.who;
  put(out, value.items.size(), 4);
  for (const auto& item : value.items)
    put(out, item);
  return out;
}

result<watch_request> decode_watch_request(std::string_view bytes) {
  constexpr std::size_t item_bytes = 32;
  cursor in{bytes};
  watch_request out;
  auto told = in.number(1);
  out.on = in.number(1) != 0;
  out.who = in.take(in.number(2));
  auto count = in.number(4);
  if (!in.ok || told < version || in.rest.size() / item_bytes < count)
    return fail(ec::malformed_request, "no watch request");
  out.items.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i)
    out.items.push_back(in.item());
  return out;
}

std::string encode(const std::vector<watch_service::position>& value) {
  std::string out;
  put(out, version, 1);
  put(out, value.size(), 4);
  for (const auto& one : value) {
    put(out, one.what);
    put(out, static_cast<std::uint64_t>(one.last_seq), 8);
    put(out, static_cast<std::uint64_t>(one.rev), 8);
  }
  return out;
}

result<std::vector<watch_service::position>> decode_positions(std::string_view bytes) {
  constexpr std::size_t position_bytes = 48;
  cursor in{bytes};
  std::vector<watch_service::position> out;
  auto told = in.number(1);
  auto count = in.number(4);
  if (!in.ok || told < version || in.rest.size() / position_bytes < count)
    return fail(ec::malformed_request, "no positions");
  out.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    auto what = in.item();
    auto seq = static_cast<std::int64_t>(in.number(8));
    out.push_back({what, seq, static_cast<std::int64_t>(in.number(8))});
  }
  return out;
}

} // namespace recado
