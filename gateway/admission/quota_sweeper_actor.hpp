#pragma once
/// Lets idle portions of clients' days go back from time to time.
#include "gateway/admission/quota_desk.hpp"
#include "runtime/actor/supervisor.hpp"

namespace recado::admission {

constexpr std::chrono::seconds quota_sweep_every{10};

/// Pooled; a supervised child of the gateway. While it is dead, nothing goes back. Ends its work
/// with the desk.
actor::child_spec quota_sweeper_child(std::weak_ptr<quota_desk> of);

} // namespace recado::admission
