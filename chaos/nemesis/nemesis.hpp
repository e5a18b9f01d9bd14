#pragma once
/// The hands that break things and mend them.
#include "chaos/nemesis/chronicle.hpp"
#include "chaos/nemesis/schedule.hpp"
#include "chaos/world/world.hpp"

namespace recado::chaos {

/// From its beginning to its end, about `lasts` long; then the world is left to recover. A world
/// that does not do what it must on the way is complained of.
void strike(world& on, const planned_fault& what, chronicle& book);

// INTERNAL: by what they strike at.
void strike_node(world& on, const planned_fault& what, chronicle& book);
void strike_links(world& on, const planned_fault& what, chronicle& book);
void strike_nats(world& on, const planned_fault& what, chronicle& book);
void strike_postgres(world& on, const planned_fault& what, chronicle& book);
void strike_membership(world& on, const planned_fault& what, chronicle& book);

/// INTERNAL: the node that a fault is for: of those that run.
std::size_t chosen_node(world& on, const planned_fault& what);
/// INTERNAL: another one than `index` that runs, or `index`.
std::size_t another_node(world& on, std::size_t index);

} // namespace recado::chaos
