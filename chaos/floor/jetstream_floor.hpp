#pragma once
/// Envelopes into a stream and out of it again: NATS alone.
#include "chaos/floor/figures.hpp"
#include "chaos/floor/options.hpp"
#include "chaos/floor/servers.hpp"

namespace recado::floors {

/// The stream, its consumers and their pulls are those of cluster/reader. Throws
/// std::runtime_error.
figure jetstream_floor(const options& how, const servers& at);

} // namespace recado::floors
