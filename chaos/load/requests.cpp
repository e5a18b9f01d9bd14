#include "chaos/load/requests.hpp"

#include <charconv>

namespace recado::load {
namespace {

constexpr std::size_t number_digits = 12;
constexpr std::string_view text_field = "\"text\":\"";

std::string twelve_digits(std::uint64_t number) {
  auto digits = std::to_string(number);
  return std::string(number_digits - digits.size(), '0') + digits;
}

std::optional<std::uint64_t> number_at(std::string_view text) {
  std::uint64_t out = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), out).ec != std::errc{})
    return std::nullopt;
  return out;
}

} // namespace

requests::requests(const options& how, const stage& on) : how_(how), on_(on) {
  filler_.assign(how.text_bytes > number_digits ? how.text_bytes - number_digits : 0, 'x');
}

std::string requests::message(std::uint64_t number) const {
  auto text = R"(,"payload":{"type":"text","text":")" + twelve_digits(number) + filler_ + R"("}})";
  if (how_.implicit) {
    auto pair = std::to_string(number % how_.conversations);
    return R"({"from":"load-)" + pair + R"(-0","to":["load-)" + pair + R"(-1"])" + text;
  }
  const auto& room = room_of(number);
  return R"({"conversation_id":")" + room.conversation + R"(","from":")" + room.author + '"' + text;
}

std::string requests::text_of(std::uint64_t first, std::uint64_t count) const {
  std::string body;
  if (how_.bulk == 0) {
    body = message(first);
  } else {
    body = R"({"messages":[)";
    for (auto i = first; i < first + count; ++i)
      body += (i == first ? "" : ",") + message(i);
    body += "]}";
  }
  return std::string{"POST "} + (how_.bulk > 0 ? "/v1/messages/bulk" : "/v1/messages") +
         " HTTP/1.1\r\nHost: " + on_.doors.front().host + "\r\nAuthorization: Bearer " + on_.token +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::optional<std::uint64_t> requests::number_in(std::string_view frame) {
  auto at = frame.find(text_field);
  if (at == std::string_view::npos) return std::nullopt;
  return number_at(frame.substr(at + text_field.size(), number_digits));
}

void each_result(std::string_view bulk_answer,
                 const std::function<void(std::uint64_t place, int status)>& told) {
  constexpr std::string_view index_field = "\"index\":";
  constexpr std::string_view status_field = "\"status\":";
  for (auto at = bulk_answer.find(index_field); at != std::string_view::npos;
       at = bulk_answer.find(index_field, at)) {
    at += index_field.size();
    auto index = number_at(bulk_answer.substr(at));
    auto said = bulk_answer.find(status_field, at);
    if (!index || said == std::string_view::npos) return;
    if (auto status = number_at(bulk_answer.substr(said + status_field.size())))
      told(*index, static_cast<int>(*status));
  }
}

} // namespace recado::load
