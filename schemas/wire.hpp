#pragma once
/// The bytes of envelopes, replies and events: msgpack arrays that only grow at the end, so that
/// versions n and n+1 read each other. A reader ignores elements it does not know and fills in
/// defaults for those that are missing.
#include "schemas/event.hpp"
#include "schemas/reply.hpp"

namespace recado {

/// Raised when a change cannot be read by older nodes at all.
inline constexpr std::uint8_t wire_version = 1;

std::string encode(const command& value);
std::string encode(const reply& value);
std::string encode(const event_batch& value);

/// Bad bytes give ec::malformed_request with what is wrong; they never throw.
result<command> decode_command(std::string_view bytes);
result<reply> decode_reply(std::string_view bytes);
result<event_batch> decode_events(std::string_view bytes);

} // namespace recado
