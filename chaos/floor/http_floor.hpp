#pragma once
/// Requests that are answered at once, and one WebSocket frame for each: runtime/http alone.
#include "chaos/floor/figures.hpp"
#include "chaos/floor/options.hpp"

namespace recado::floors {

/// The clients are those of recado-load. Throws std::runtime_error.
figure http_floor(const options& how);

} // namespace recado::floors
