#pragma once
/// The files that recado-chaos needs, found beside itself whatever the current folder is.
#include <filesystem>

namespace recado::chaos {

/// Throws std::runtime_error when it is not there.
std::filesystem::path recado_beside_us();
std::filesystem::path shim_beside_us();

/// A `recado` with fault points: the one beside us in a chaos build, else that of build/chaos.
/// Empty if there is none.
std::filesystem::path recado_with_fault_points();

} // namespace recado::chaos
