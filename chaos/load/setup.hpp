#pragma once
/// Makes the conversations and people of a run over the public API, or as rows.
#include "chaos/load/options.hpp"
#include "chaos/load/stage.hpp"

#include <nlohmann/json_fwd.hpp>

namespace recado::load {

/// `info` is the info file of `recado up`. Throws std::runtime_error with what the server said.
stage set_up(const options& how, const nlohmann::json& info);

} // namespace recado::load
