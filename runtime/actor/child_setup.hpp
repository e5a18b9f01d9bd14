#pragma once
/// What every actor does first.
#include <caf/fwd.hpp>

namespace recado::actor {

/// A message it does not know is dropped (a request gets an error) instead of printed, and an
/// exception becomes an abnormal exit with its text. CAF's own handlers may turn an exception into
/// a normal exit, which no supervisor would restart.
void child_setup(caf::scheduled_actor* self);

} // namespace recado::actor
