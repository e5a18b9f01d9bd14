#pragma once
/// Serves a connection as a WebSocket (RFC 6455) until it ends.
#include "runtime/http/detail/connection.hpp"
#include "runtime/http/detail/exchange.hpp"

namespace recado::http::detail {

/// `handshake`: of keep_handshake().
task<> serve_websocket(std::shared_ptr<connection> on, std::vector<header> handshake,
                       ws_accept accepted);

} // namespace recado::http::detail
