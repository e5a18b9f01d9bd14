#include "node/embedded/ports.hpp"

#include "node/embedded/loopback.hpp"

#include <fmt/format.h>
#include <random>

namespace recado::embedded {

bool port_is_free(std::uint16_t port) {
  loopback_socket probe;
  int yes = 1; // as servers do: connections in TIME_WAIT do not matter
  ::setsockopt(probe.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  return probe.bind(port);
}

attempt<std::uint16_t> free_port(std::uint16_t preferred, const std::set<std::uint16_t>& promised) {
  constexpr std::uint16_t lowest = 15'000;
  constexpr std::uint16_t highest = 32'000;
  auto free = [&](std::uint16_t port) { return !promised.contains(port) && port_is_free(port); };
  if (preferred != 0 && free(preferred)) return preferred;
  std::random_device random;
  std::uniform_int_distribution<std::uint16_t> any{lowest, highest};
  for (int tries = 0; tries < 1'000; ++tries)
    if (auto port = any(random); free(port)) return port;
  return sorry(fmt::format("no free port between {} and {}", lowest, highest));
}

attempt<std::uint16_t> free_block(std::uint16_t first, unsigned count) {
  unsigned begin = first;
  for (unsigned port = first; port <= 65'535; ++port) {
    if (!port_is_free(static_cast<std::uint16_t>(port))) begin = port + 1;
    if (port + 1 - begin == count) return static_cast<std::uint16_t>(begin);
  }
  return sorry(fmt::format("no {} consecutive free ports from {}", count, first));
}

bool port_answers(std::uint16_t port) {
  loopback_socket probe;
  return probe.connect(port);
}

} // namespace recado::embedded
