#pragma once
/// Deliveries that a commit has made, as the connectors take them. Pure.
#include "actors/conversation/effects.hpp"
#include "channels/delivery.hpp"

namespace recado {

/// Appends the open ones among those that these effects made, in the order of their messages.
void add_open_deliveries(const effects& committed, epoch owned,
                         std::vector<open_delivery_ptr>& into);

} // namespace recado
