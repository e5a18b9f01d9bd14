#include "actors/presence/wire.hpp"

#include "schemas/bytes.hpp"

namespace recado::presence {
namespace {

constexpr std::uint8_t version = 1;
enum class kind : std::uint8_t { delta = 1, digest, farewell, page_request, page };

std::string begin(kind what) {
  std::string out;
  put_number(out, version, 1);
  put_number(out, static_cast<std::uint64_t>(what), 1);
  return out;
}

bool begins(byte_reader& in, kind what) {
  return in.number(1) >= version && in.number(1) == static_cast<std::uint64_t>(what) && in.ok;
}

void put(std::string& out, std::string_view text) {
  put_number(out, text.size(), 2);
  out += text;
}

void put(std::string& out, const gateway_key& who) {
  put(out, who.node);
  put_number(out, static_cast<std::uint64_t>(who.incarnation), 8);
}

void put(std::string& out, const person& who) {
  out += who.client.value.raw();
  put(out, who.user.value);
}

void put(std::string& out, const std::vector<stance>& all) {
  put_number(out, all.size(), 4);
  for (const auto& each : all) {
    put(out, each.who);
    put_number(out, static_cast<std::uint64_t>(each.now), 1);
    put_number(out, static_cast<std::uint64_t>(micros(each.at)), 8);
  }
}

std::string text_in(byte_reader& in) {
  return std::string{in.take(in.number(2))};
}

gateway_key gateway_in(byte_reader& in) {
  auto node = text_in(in);
  return {std::move(node), in.int8()};
}

person person_in(byte_reader& in) {
  client_id client{in.id()};
  return {client, user_id{text_in(in)}};
}

std::vector<stance> stances_in(byte_reader& in) {
  constexpr std::size_t stance_bytes = 27;
  std::vector<stance> out;
  auto count = in.number(4);
  if (in.rest.size() / stance_bytes < count) in.ok = false;
  for (std::uint64_t i = 0; in.ok && i < count; ++i) {
    auto who = person_in(in);
    auto now = in.number(1);
    if (now > static_cast<std::uint64_t>(presence_status::online)) in.ok = false;
    out.push_back({std::move(who), static_cast<presence_status>(now), from_micros(in.int8())});
  }
  return out;
}

struct encoder {
  std::string operator()(const delta& value) const {
    auto out = begin(kind::delta);
    put(out, value.from);
    put_number(out, value.number, 8);
    put(out, value.changes);
    return out;
  }
  std::string operator()(const digest& value) const {
    auto out = begin(kind::digest);
    put(out, value.from);
    put_number(out, value.number, 8);
    put_number(out, value.count, 8);
    put_number(out, value.sum, 8);
    put_number(out, value.curious ? 1 : 0, 1);
    return out;
  }
  std::string operator()(const farewell& value) const {
    auto out = begin(kind::farewell);
    put(out, value.from);
    return out;
  }
};

news news_in(kind what, byte_reader& in) {
  auto from = gateway_in(in);
  if (what == kind::farewell) return farewell{std::move(from)};
  auto number = in.number(8);
  if (what == kind::delta) return delta{std::move(from), number, stances_in(in)};
  digest out{std::move(from), number, in.number(8), in.number(8), false};
  out.curious = in.number(1) != 0;
  return out;
}

} // namespace

std::string encode(const news& value) {
  return std::visit(encoder{}, value);
}

result<news> decode_news(std::string_view bytes) {
  byte_reader in{bytes};
  auto told = in.number(1);
  auto what = static_cast<kind>(in.number(1));
  if (in.ok && told >= version && what >= kind::delta && what <= kind::farewell) {
    auto out = news_in(what, in);
    if (in.ok) return out;
  }
  return fail(ec::malformed_request, "no news of presence");
}

std::string encode(const page_request& value) {
  auto out = begin(kind::page_request);
  put_number(out, value.after ? 1 : 0, 1);
  if (value.after) put(out, *value.after);
  return out;
}

result<page_request> decode_page_request(std::string_view bytes) {
  byte_reader in{bytes};
  page_request out;
  if (begins(in, kind::page_request)) {
    if (in.number(1) != 0) out.after = person_in(in);
    if (in.ok) return out;
  }
  return fail(ec::malformed_request, "no request of presence");
}

std::string encode(const page_of_people& value) {
  auto out = begin(kind::page);
  put_number(out, value.number, 8);
  put_number(out, value.more ? 1 : 0, 1);
  put(out, value.people);
  return out;
}

result<page_of_people> decode_page(std::string_view bytes) {
  byte_reader in{bytes};
  page_of_people out;
  if (begins(in, kind::page)) {
    out.number = in.number(8);
    out.more = in.number(1) != 0;
    out.people = stances_in(in);
    if (in.ok) return out;
  }
  return fail(ec::malformed_request, "no page of presence");
}

} // namespace recado::presence
