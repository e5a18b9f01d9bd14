#include "actors/watch/watch_wire.hpp"

#include "schemas/bytes.hpp"

namespace recado {
namespace {

constexpr std::uint8_t version = 1;

void put(std::string& out, const watch_service::item& what) {
  out += what.client.value.raw();
  out += what.conversation.value.raw();
}

watch_service::item item_in(byte_reader& from) {
  client_id client{from.id()};
  return {client, conversation_id{from.id()}};
}

} // namespace

std::string encode(const watch_request& value) {
  std::string out;
  put_number(out, version, 1);
  put_number(out, value.on ? 1 : 0, 1);
  put_number(out, value.who.size(), 2);
  out += value.who;
  put_number(out, value.items.size(), 4);
  for (const auto& item : value.items)
    put(out, item);
  return out;
}

result<watch_request> decode_watch_request(std::string_view bytes) {
  constexpr std::size_t item_bytes = 32;
  byte_reader in{bytes};
  watch_request out;
  auto told = in.number(1);
  out.on = in.number(1) != 0;
  out.who = in.take(in.number(2));
  auto count = in.number(4);
  if (!in.ok || told < version || in.rest.size() / item_bytes < count)
    return fail(ec::malformed_request, "no watch request");
  out.items.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i)
    out.items.push_back(item_in(in));
  return out;
}

std::string encode(const std::vector<watch_service::position>& value) {
  std::string out;
  put_number(out, version, 1);
  put_number(out, value.size(), 4);
  for (const auto& one : value) {
    put(out, one.what);
    put_number(out, static_cast<std::uint64_t>(one.last_seq), 8);
    put_number(out, static_cast<std::uint64_t>(one.rev), 8);
  }
  return out;
}

result<std::vector<watch_service::position>> decode_positions(std::string_view bytes) {
  constexpr std::size_t position_bytes = 48;
  byte_reader in{bytes};
  std::vector<watch_service::position> out;
  auto told = in.number(1);
  auto count = in.number(4);
  if (!in.ok || told < version || in.rest.size() / position_bytes < count)
    return fail(ec::malformed_request, "no positions");
  out.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    auto what = item_in(in);
    auto seq = in.int8();
    out.push_back({what, seq, in.int8()});
  }
  return out;
}

} // namespace recado
