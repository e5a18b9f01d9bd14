#include "actors/history/position.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>

namespace recado::history {
namespace {

constexpr char separator = ','; // in no UUID, number or user_id

/// Exactly N fields, or nullopt.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> split(std::string_view text) {
  std::array<std::string_view, N> out;
  for (std::size_t i = 0; i + 1 < N; ++i) {
    auto end = text.find(separator);
    if (end == text.npos) return std::nullopt;
    out[i] = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  if (text.find(separator) != text.npos) return std::nullopt;
  out[N - 1] = text;
  return out;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::optional<wall_time> time_in_range(std::string_view text) {
  auto us = number(text);
  if (!us || *us < micros(earliest) || *us > micros(latest)) return std::nullopt;
  return from_micros(*us);
}

} // namespace

std::string encode(const conversation_position& at) {
  return fmt::format("{},{}", micros(at.at), at.conversation.str());
}

std::string encode(const message_position& at) {
  return fmt::format("{},{},{},{}", micros(at.at), at.conversation.str(), at.seq, at.message.str());
}

std::string encode(const trail_position& at) {
  return fmt::format("{},{},{}", micros(at.at), at.step, at.key);
}

result<conversation_position> conversation_position_of(std::string_view text) {
  if (text.empty()) return conversation_position{};
  auto fields = split<2>(text);
  if (!fields) return fail(ec::invalid_cursor);
  auto at = time_in_range((*fields)[0]);
  auto id = uuid::parse((*fields)[1]);
  if (!at || !id) return fail(ec::invalid_cursor);
  return conversation_position{*at, *id};
}

result<message_position> message_position_of(std::string_view text) {
  if (text.empty()) return message_position{};
  auto fields = split<4>(text);
  if (!fields) return fail(ec::invalid_cursor);
  auto at = time_in_range((*fields)[0]);
  auto conversation = uuid::parse((*fields)[1]);
  auto seq = number((*fields)[2]);
  auto message = uuid::parse((*fields)[3]);
  if (!at || !conversation || !seq || !message) return fail(ec::invalid_cursor);
  return message_position{*at, *conversation, *seq, *message};
}

result<trail_position> trail_position_of(std::string_view text) {
  if (text.empty()) return trail_position{};
  auto fields = split<3>(text);
  if (!fields) return fail(ec::invalid_cursor);
  auto at = time_in_range((*fields)[0]);
  auto step = number((*fields)[1]);
  auto key = (*fields)[2]; // a UUID has the form of a user_id, too
  if (!at || !step || (!key.empty() && !user_id::valid(key))) return fail(ec::invalid_cursor);
  return trail_position{*at, *step, std::string{key}};
}

} // namespace recado::history
