#pragma once
/// Beast's WebSocket stream over our socket, with the settings we want.
#include "runtime/http/detail/socket.hpp"
#include "runtime/http/server.hpp"

#include <boost/beast/websocket/stream.hpp>

namespace recado::http::detail {

namespace beast = boost::beast;
namespace ws = beast::websocket;
using ws_stream = ws::stream<shared_socket, true>;

// Boost 1.74, which is pinned, has the switch that later versions set with stream::compress(), but
// no way to reach it. An explicit instantiation may name private members.
struct impl_tag {
  friend auto private_member(impl_tag);
};
template <class Tag, auto Member>
struct door {
  friend auto private_member(Tag) { return Member; }
};
template struct door<impl_tag, &ws_stream::impl_>;

/// Whether the next message is compressed, if that was negotiated at all.
inline void compress_next(ws_stream& stream, bool on) {
  (stream.*private_member(impl_tag{}))->wr_compress_opt = on;
}

inline beast::string_view view_of(const std::string& s) {
  return {s.data(), s.size()};
}

inline void configure(ws_stream& stream, const server_config& config,
                      const std::string& subprotocol) {
  // Our own deadlines stand in for Beast's, whose idle timer would also run while reading pauses.
  stream.set_option(
    ws::stream_base::timeout{ws::stream_base::none(), ws::stream_base::none(), false});
  stream.set_option(ws::stream_base::decorator([subprotocol](ws::response_type& answer) {
    answer.set(beast::http::field::server, "recado");
    if (!subprotocol.empty()) {
      answer.set(beast::http::field::sec_websocket_protocol, view_of(subprotocol));
    }
  }));
  ws::permessage_deflate deflate;
  deflate.server_enable = config.ws_compression;
  // No takeover and a small window: the memory of a connection stays small.
  deflate.server_no_context_takeover = true;
  deflate.client_no_context_takeover = true;
  deflate.server_max_window_bits = 12;
  deflate.compLevel = 3;
  deflate.memLevel = 4;
  stream.set_option(deflate);
  stream.read_message_max(config.ws_message_bytes_max);
  stream.auto_fragment(false);
}

} // namespace recado::http::detail
