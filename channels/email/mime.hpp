#pragma once
/// Composes mails: RFC 5322 heads, MIME bodies. Pure; the same input gives the same bytes.
#include <string>
#include <string_view>
#include <vector>

#include "channels/email/mailbox.hpp"
#include "schemas/time.hpp"

namespace recado::channels::email {

struct mail {
  mailbox from;
  std::optional<mailbox> reply_to;
  std::string to; ///< an address
  std::string subject;
  std::string message_id; ///< without brackets
  std::string references; ///< likewise; empty: none
  wall_time date{};
  bool auto_generated = false;
  std::string list_unsubscribe; ///< https: or mailto: URL; empty: none
  std::string text;
  std::string html; ///< empty: text only
  /// Unique to the mail; of letters, digits and "-".
  std::string boundary;
  std::vector<std::pair<std::string, std::string>> more; ///< further fields
};

/// With CRLF line ends, lines of at most 78 characters wherever that is possible, ASCII throughout.
/// No value can begin a new field: line breaks and other control characters become spaces.
std::string compose(const mail& what);

// Its parts.
/// A field of free text: as it is when it can be, else as encoded words (RFC 2047); folded.
std::string unstructured_field(std::string_view name, std::string_view value);
std::string mailbox_text(const mailbox& of);
std::string quoted_printable(std::string_view text);
std::string base64_lines(std::string_view text);
/// Mon, 02 Jan 2006 15:04:05 +0000
std::string mail_date(wall_time at);
/// Line ends of all kinds become CRLF, with one at the end.
std::string with_crlf(std::string_view text);
/// The first so many characters (not bytes) of UTF-8, white space collapsed.
std::string first_characters(std::string_view text, std::size_t count);

} // namespace recado::channels::email
