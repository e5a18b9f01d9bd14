#include "cluster/reader/consumer_name.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>

namespace recado::cluster {
namespace {

template <class T>
bool read(std::string_view text, T& into) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

/// At most this many parts; the count is what there was.
constexpr std::size_t most_parts = 12;
struct parts {
  std::array<std::string_view, most_parts> part;
  std::size_t count = 0;
};
parts split(std::string_view text, char separator) {
  parts found;
  while (found.count < most_parts) {
    auto end = text.find(separator);
    found.part[found.count++] = text.substr(0, end);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return found;
}

std::optional<lane> lane_of(std::string_view text) {
  for (auto value : {lane::express, lane::standard, lane::bulk})
    if (text == to_string(value)) return value;
  return std::nullopt;
}

} // namespace

std::string consumer_name::str() const {
  return fmt::format("p{:03}-{}-e{}-g{}", key.part, to_string(key.priority), key.owned, number);
}

std::optional<consumer_name> consumer_name::parse(std::string_view text) {
  auto words = split(text, '-');
  if (words.count != 4) return std::nullopt;
  for (auto [index, initial] : {std::pair{0, 'p'}, {2, 'e'}, {3, 'g'}})
    if (words.part[index].empty() || words.part[index][0] != initial) return std::nullopt;
  consumer_name found;
  auto priority = lane_of(words.part[1]);
  if (!priority || !read(words.part[0].substr(1), found.key.part) ||
      !read(words.part[2].substr(1), found.key.owned) ||
      !read(words.part[3].substr(1), found.number))
    return std::nullopt;
  found.key.priority = *priority;
  return found;
}

std::optional<delivery_info> delivery_info::parse(std::string_view reply_subject) {
  auto words = split(reply_subject, '.');
  if (words.count < 9 || words.part[0] != "$JS" || words.part[1] != "ACK") return std::nullopt;
  auto shift = words.count >= 11 ? std::size_t{2} : 0; // domain and account
  delivery_info found;
  found.consumer = words.part[3 + shift];
  if (!read(words.part[5 + shift], found.stream_seq) ||
      !read(words.part[6 + shift], found.consumer_seq) ||
      !read(words.part[7 + shift], found.published_ns))
    return std::nullopt;
  if (!read(words.part[8 + shift], found.pending)) found.pending = 0; // nothing depends on it
  return found;
}

std::optional<pull_inbox> pull_inbox::parse(std::string_view subject) {
  auto last = subject.rfind('.');
  if (last == std::string_view::npos || last == 0) return std::nullopt;
  auto before = subject.rfind('.', last - 1);
  if (before == std::string_view::npos) return std::nullopt;
  pull_inbox found;
  found.consumer = subject.substr(before + 1, last - before - 1);
  if (!read(subject.substr(last + 1), found.pull)) return std::nullopt;
  return found;
}

} // namespace recado::cluster
