#pragma once
/// Free TCP ports on the loopback.
#include "node/embedded/attempt.hpp"

#include <cstdint>

namespace recado::embedded {

bool port_is_free(std::uint16_t port);

/// `preferred` if it is free, else one below the range from which the kernel takes the ports of
/// outgoing connections, so that none of those takes it before the server does.
attempt<std::uint16_t> free_port(std::uint16_t preferred = 0);

/// `count` consecutive free ports, at `first` or the next such block above it.
attempt<std::uint16_t> free_block(std::uint16_t first, unsigned count);

/// Somebody answers there.
bool port_answers(std::uint16_t port);

} // namespace recado::embedded
