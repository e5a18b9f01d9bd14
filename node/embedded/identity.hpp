#pragma once
/// As whom PostgreSQL runs: it refuses to be root.
#include "node/embedded/attempt.hpp"

#include <string_view>

namespace recado::embedded {

enum class identity {
  self,           ///< we are an ordinary user already
  user_namespace, ///< root outside, user 1000 within; files stay root's
  postgres_user,  ///< the user of Debian's package, where user namespaces are forbidden
};
std::string_view to_string(identity who) noexcept;

/// The first that works here for PostgreSQL. Tries in a child, so nothing changes for the caller.
attempt<identity> choose_identity();

/// Becomes it, for good. Only in a child that is about to exec.
attempt<void> become(identity who);

} // namespace recado::embedded
