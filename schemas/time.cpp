#include "schemas/time.hpp"

#include <cstdio>

namespace recado {
namespace {

/// Reads exactly `width` digits at `at`, which moves on.
std::optional<int> digits(std::string_view text, std::size_t& at, std::size_t width) {
  if (at + width > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t end = at + width; at < end; ++at) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
    value = value * 10 + (text[at] - '0');
  }
  return value;
}

bool literal(std::string_view text, std::size_t& at, std::string_view any_of) {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

/// Fraction of a second in microseconds; further digits are cut.
std::optional<std::int64_t> fraction(std::string_view text, std::size_t& at) {
  if (at >= text.size() || text[at] != '.') return 0;
  ++at;
  std::int64_t value = 0, scale = 100'000;
  std::size_t from = at;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
    value += (text[at] - '0') * scale;
  if (at == from) return std::nullopt;
  return value;
}

std::optional<std::chrono::minutes> offset(std::string_view text, std::size_t& at) {
  if (literal(text, at, "Zz")) return std::chrono::minutes{0};
  if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return std::nullopt;
  int sign = text[at++] == '-' ? -1 : 1;
  auto hours = digits(text, at, 2);
  if (!hours || !literal(text, at, ":")) return std::nullopt;
  auto minutes = digits(text, at, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return std::chrono::minutes{sign * (*hours * 60 + *minutes)};
}

} // namespace

std::string to_rfc3339(wall_time at) {
  using namespace std::chrono;
  auto day = floor<days>(at);
  year_month_day date{day};
  hh_mm_ss clock{floor<milliseconds>(at - day)};
  std::string out = "0000-00-00T00:00:00.000Z"; // snprintf takes six times as long
  auto fill = [&out](std::size_t from, std::size_t digits, auto number) {
    for (auto rest = static_cast<unsigned>(number); digits > 0; rest /= 10)
      out[from + --digits] = static_cast<char>('0' + rest % 10);
  };
  fill(0, 4, static_cast<int>(date.year()));
  fill(5, 2, static_cast<unsigned>(date.month()));
  fill(8, 2, static_cast<unsigned>(date.day()));
  fill(11, 2, clock.hours().count());
  fill(14, 2, clock.minutes().count());
  fill(17, 2, clock.seconds().count());
  fill(20, 3, clock.subseconds().count());
  return out;
}

std::optional<wall_time> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  std::size_t at = 0;
  auto y = digits(text, at, 4);
  if (!y || !literal(text, at, "-")) return std::nullopt;
  auto mo = digits(text, at, 2);
  if (!mo || !literal(text, at, "-")) return std::nullopt;
  auto d = digits(text, at, 2);
  if (!d || !literal(text, at, "Tt ")) return std::nullopt;
  auto h = digits(text, at, 2);
  if (!h || !literal(text, at, ":")) return std::nullopt;
  auto mi = digits(text, at, 2);
  if (!mi || !literal(text, at, ":")) return std::nullopt;
  auto s = digits(text, at, 2);
  if (!s) return std::nullopt;
  auto us = fraction(text, at);
  if (!us) return std::nullopt;
  auto shift = offset(text, at);
  if (!shift || at != text.size()) return std::nullopt;
  year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 60) return std::nullopt; // 60: a leap second
  wall_time out{sys_days{date} + hours{*h} + minutes{*mi} + seconds{*s} + microseconds{*us} -
                *shift};
  auto in_utc =
    year_month_day{floor<days>(out)}.year(); // the offset may lead out of the four digits
  if (in_utc < year{0} || in_utc > year{9999}) return std::nullopt;
  return out;
}

} // namespace recado
