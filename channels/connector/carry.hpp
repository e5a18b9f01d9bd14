#pragma once
/// The transport of connectors over the node's client.
#include <memory>

#include "channels/connector/ports.hpp"
#include "runtime/http/client/client.hpp"

namespace recado::channels {

transport carry_over(std::shared_ptr<http::client> client);

} // namespace recado::channels
