#pragma once
/// Several replies in one NATS message: (u32 length, encoded reply) one after the other, big
/// endian.
#include "schemas/reply.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace recado::cluster {

/// Half of NATS' default limit of a message.
inline constexpr std::size_t reply_batch_bytes = 512 << 10;

/// As few messages as fit, each at most `bytes_max` long (a single larger reply goes alone).
std::vector<std::string> encode_replies(std::span<const reply> replies,
                                        std::size_t bytes_max = reply_batch_bytes);
/// malformed_request if the message or one of its replies cannot be read.
result<std::vector<reply>> decode_replies(std::string_view bytes);

} // namespace recado::cluster
