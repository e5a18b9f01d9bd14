#pragma once
/// Where the servers' programs are.
#include "node/embedded/attempt.hpp"

#include <filesystem>

namespace recado::embedded {

/// The folder with initdb and postgres: RECADO_POSTGRES_BIN, Debian's, or that of the PATH.
attempt<std::filesystem::path> postgres_programs();

/// nats-server: RECADO_NATS_SERVER, the PATH, or Debian's.
attempt<std::filesystem::path> nats_program();

} // namespace recado::embedded
