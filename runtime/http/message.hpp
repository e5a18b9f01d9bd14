#pragma once
/// Plain HTTP values: what a handler gets and gives. Nothing here knows a socket.
#include <any>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace recado::http {

struct header {
  std::string name;
  std::string value;
  bool operator==(const header&) const = default;
};

/// A request whose head is complete and well-formed (RFC 9112); nothing is decoded.
struct request {
  std::string method; ///< as sent; methods are case-sensitive
  std::string target; ///< origin-form as sent: path and query
  std::string path;   ///< target before '?', still percent-encoded
  std::string query;  ///< target after '?', still percent-encoded
  std::vector<header> headers;
  std::string body;
  std::string peer; ///< "203.0.113.7:51514"
  bool tls = false;
  std::any context; ///< whatever handler::on_headers left for on_request or on_upgrade

  /// The first value of this header, in any case; empty if absent.
  std::string_view header_value(std::string_view name) const;
};

/// The server adds Date, Server, Content-Length and Connection itself, and leaves the body out
/// where there must be none (HEAD, 204, 304).
struct response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body{};
  std::vector<header> headers{}; ///< a header with a CR, LF or NUL in it is left out
  bool close = false;            ///< close the connection after this answer
};

/// Equal but for the case of ASCII letters.
bool same_name(std::string_view a, std::string_view b) noexcept;

/// Nothing if a '%' is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view raw);

/// Names and values in the order of a query or of an application/x-www-form-urlencoded body
/// ('+' is a space); nothing if the percent-encoding is broken.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view raw);

} // namespace recado::http
