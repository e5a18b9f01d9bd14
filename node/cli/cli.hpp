#pragma once

namespace recado::cli {

/// The command line of `recado`; returns the exit code.
int run(int argc, char** argv);

} // namespace recado::cli
