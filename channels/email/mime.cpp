#include "channels/email/mime.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "channels/base64.hpp"

namespace recado::channels::email {
namespace {

constexpr std::size_t line_max = 76;
/// Bytes whose base64 fills an encoded word of at most 75 characters: =?UTF-8?B?…?=
constexpr std::size_t word_bytes_max = 45;
constexpr std::size_t base64_line_bytes = 57; // 76 characters

bool is_plain(char c) {
  return c >= ' ' && c < 0x7f;
}
bool is_inside_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

std::string without_controls(std::string_view text) {
  std::string out{text};
  std::replace_if(
    out.begin(), out.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return out;
}

/// Encoded words separated by folds; no character is cut in two.
std::string encoded_words(std::string_view text, std::size_t used) {
  std::string out;
  auto room = used < 30 ? word_bytes_max - used : word_bytes_max / 3; // the first line has the name
  while (!text.empty()) {
    auto end = std::min(room, text.size());
    while (end < text.size() && end > 1 && is_inside_character(text[end]))
      --end;
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(text.substr(0, end)) + "?=";
    text.remove_prefix(end);
    room = word_bytes_max;
  }
  return out;
}

/// Breaks lines before a space. nullopt if a word is too long for any line.
std::optional<std::string> folded(std::string_view text, std::size_t used) {
  std::string out;
  while (!text.empty()) {
    auto end = text.find(' ', 1);
    auto word = text.substr(0, end);
    if (word.size() > line_max) return std::nullopt;
    // A line of spaces alone would end nothing, but some readers stumble over it.
    bool only_space = word.find_first_not_of(' ') == std::string_view::npos;
    if (used + word.size() > line_max && !out.empty() && !only_space) {
      out += "\r\n";
      used = 0;
    }
    out += word;
    used += word.size();
    text.remove_prefix(word.size());
  }
  return out;
}

std::string part(std::string_view type, std::string_view text) {
  auto strange = static_cast<std::size_t>(std::count_if(
    text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) < 0; }));
  bool dense = strange * 3 > text.size(); // then base64 is shorter
  auto body = with_crlf(text);
  return fmt::format("Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: {}\r\n\r\n{}",
                     type, dense ? "base64" : "quoted-printable",
                     dense ? base64_lines(body) : quoted_printable(body));
}

std::string body_of(const mail& what) {
  if (what.html.empty()) return part("text/plain", what.text);
  auto boundary = "=_" + what.boundary; // "=_" is in no quoted-printable and in no base64
  return fmt::format("Content-Type: multipart/alternative; boundary=\"{0}\"\r\n\r\n"
                     "--{0}\r\n{1}\r\n--{0}\r\n{2}\r\n--{0}--\r\n",
                     boundary, part("text/plain", what.text), part("text/html", what.html));
}

} // namespace

std::string compose(const mail& what) {
  std::string out;
  auto field = [&out](std::string_view name, std::string_view value) {
    out += fmt::format("{}: {}\r\n", name, value);
  };
  field("From", mailbox_text(what.from));
  if (what.reply_to) field("Reply-To", mailbox_text(*what.reply_to));
  field("To", "<" + without_controls(what.to) + ">");
  out += unstructured_field("Subject", what.subject);
  field("Date", mail_date(what.date));
  field("Message-ID", "<" + without_controls(what.message_id) + ">");
  if (!what.references.empty()) field("References", "<" + without_controls(what.references) + ">");
  if (what.auto_generated) field("Auto-Submitted", "auto-generated");
  if (!what.list_unsubscribe.empty()) {
    field("List-Unsubscribe", "<" + without_controls(what.list_unsubscribe) + ">");
    if (what.list_unsubscribe.starts_with("https://"))
      field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"); // RFC 8058
  }
  for (const auto& [name, value] : what.more)
    field(name, without_controls(value));
  field("MIME-Version", "1.0");
  return out + body_of(what);
}

std::string unstructured_field(std::string_view name, std::string_view value) {
  auto clean = without_controls(value);
  auto used = name.size() + 2;
  bool plain =
    std::all_of(clean.begin(), clean.end(), is_plain) && clean.find("=?") == std::string::npos;
  auto lines = plain ? folded(clean, used) : std::nullopt;
  return fmt::format("{}: {}\r\n", name, lines ? *lines : encoded_words(clean, used));
}

std::string mailbox_text(const mailbox& of) {
  auto address = "<" + without_controls(of.address) + ">";
  if (of.name.empty()) return address;
  auto name = without_controls(of.name);
  bool plain = std::all_of(name.begin(), name.end(), is_plain) &&
               name.find("=?") == std::string::npos && name.size() < line_max / 2;
  if (!plain) return encoded_words(name, 10) + "\r\n " + address;
  std::string quoted;
  for (char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return "\"" + quoted + "\" " + address;
}

std::string quoted_printable(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      out += "\r\n";
      used = 0;
      ++i;
      continue;
    }
    bool ends_line = i + 1 == text.size() || text[i + 1] == '\r';
    bool blank = byte == ' ' || byte == '\t';
    bool as_it_is = blank ? !ends_line : byte > ' ' && byte < 0x7f && byte != '=';
    // A line that begins with a dot, or with "From ", has a meaning to some servers.
    if (used == 0 && (byte == '.' || text.substr(i).starts_with("From "))) as_it_is = false;
    auto width = as_it_is ? 1u : 3u;
    if (used + width > line_max - 1) { // room for the "=" of a soft break
      out += "=\r\n";
      used = 0;
    }
    if (as_it_is) {
      out += text[i];
    } else {
      out += '=';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
    used += width;
  }
  return out;
}

std::string base64_lines(std::string_view text) {
  std::string out;
  for (; !text.empty(); text.remove_prefix(std::min(base64_line_bytes, text.size())))
    out += base64(text.substr(0, base64_line_bytes)) + "\r\n";
  return out;
}

std::string mail_date(wall_time at) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto day = std::chrono::floor<std::chrono::days>(at);
  std::chrono::year_month_day date{day};
  std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000",
                     days[std::chrono::weekday{day}.c_encoding()],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32 + 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      out += text[i];
      continue;
    }
    out += "\r\n";
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

std::string first_characters(std::string_view text, std::size_t count) {
  std::string out;
  for (char c : text) {
    bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    if (!is_inside_character(c) && count-- == 0) break;
    out += blank ? ' ' : c;
  }
  while (out.ends_with(' '))
    out.pop_back();
  return out;
}

} // namespace recado::channels::email
