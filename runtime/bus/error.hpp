#pragma once
/// What can go wrong on the bus, as a value.
#include "schemas/problem.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace recado::bus {

enum class reason : std::uint8_t {
  disconnected,  ///< no link now, or it broke with the request in flight: the outcome is unknown
  no_responders, ///< nobody listens to that subject (for a stream: it is missing): not received
  timeout,       ///< no answer in time: the outcome is unknown
  overloaded,    ///< too many requests in flight: not sent
  closed,        ///< this connection was closed: not sent
  not_found,     ///< JetStream: no such stream, consumer or message
  refused,       ///< JetStream or the server said no; the detail says why
  invalid,       ///< wrong arguments or an answer that cannot be understood
};
std::string_view to_string(reason value) noexcept;

struct error {
  reason why = reason::invalid;
  std::string detail;
};

template <class T>
using outcome = tl::expected<T, error>;
using failure = tl::unexpected<error>;

inline failure fail(reason why, std::string detail = {}) {
  return failure{error{why, std::move(detail)}};
}

/// For the logs: "timeout: $JS.API.INFO after 2000 ms".
std::string describe(const error& value);

} // namespace recado::bus
