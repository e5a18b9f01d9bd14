#pragma once
#include "actors/writer/writer_actor.hpp"
#include "runtime/observe/metrics.hpp"

namespace recado::wiring {

/// Counts what a writer reports after each commit.
std::function<void(const batch_report&)> observe_batches(observe::metrics& to, std::size_t writer);

} // namespace recado::wiring
