#pragma once
/// Free TCP ports on the loopback.
#include "node/embedded/attempt.hpp"

#include <cstdint>
#include <set>

namespace recado::embedded {

bool port_is_free(std::uint16_t port);

/// `preferred` if it is free, else one below the range from which the kernel takes the ports of
/// outgoing connections, so that none of those takes it before the server does. `promised` ones are
/// free only because those who will have them do not listen yet.
attempt<std::uint16_t> free_port(std::uint16_t preferred = 0,
                                 const std::set<std::uint16_t>& promised = {});

/// `count` consecutive free ports, at `first` or the next such block above it.
attempt<std::uint16_t> free_block(std::uint16_t first, unsigned count);

/// Somebody answers there.
bool port_answers(std::uint16_t port);

} // namespace recado::embedded
