#pragma once
/// recado-chaos for people.

namespace recado::chaos {

/// Exit codes: 0 every promise was kept, 1 one was broken, 2 the run could not be made, 130
/// interrupted.
int command_line(int argc, char** argv);

} // namespace recado::chaos
