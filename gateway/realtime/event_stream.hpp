#pragma once
/// A streamed answer as the peer of a session: what is sent to it is text of an event stream.
#include "runtime/http/peer.hpp"

#include <functional>
#include <string_view>

namespace recado::realtime {

/// How the answer begins: readers come back after this many milliseconds.
inline constexpr std::string_view stream_greeting = "retry: 1000\n\n";
inline constexpr std::string_view stream_comment = ":\n\n"; ///< keeps it alive

/// Its close ends the answer; the reason goes ahead as a comment.
http::ws_peer_ptr event_stream_peer(http::stream_peer_ptr to);

} // namespace recado::realtime
