#pragma once
/// What a well-formed head must keep to before anybody acts on it. Pure; no Beast.
#include "runtime/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace recado::http::detail {

/// An error that the server finds by itself: the connection ends after its answer.
struct fault {
  int status = 400;
  std::string detail;
};

/// Host, Content-Length, Transfer-Encoding and Expect, where lenience is how requests are smuggled.
std::optional<fault> check_headers(const request& asked, bool http11);

/// Splits target into path and query; absolute-form becomes origin-form. False: neither.
bool split_target(request& asked);

/// 505 for a well-formed version that is not ours, else 400.
int status_of_bad_version(std::string_view request_line);

/// The comma-separated value holds this token, in any case.
bool has_token(std::string_view list, std::string_view token);

/// GET with `Connection: upgrade` and `Upgrade: websocket`.
bool is_websocket_upgrade(const request& asked, bool http11);

/// RFC 6455, 4.2.1: version and key.
std::optional<fault> check_websocket(const request& asked);

/// What the WebSocket handshake needs of an upgrade request.
std::vector<header> keep_handshake(const request& asked);

} // namespace recado::http::detail
