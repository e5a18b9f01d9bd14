#include "chaos/run/programs.hpp"

#include "node/embedded/child.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace recado::chaos {

namespace fs = std::filesystem;

namespace {

fs::path our_folder() {
  return fs::path{embedded::own_binary()}.parent_path();
}

fs::path beside_us(const char* name) {
  auto path = our_folder() / name;
  if (!fs::exists(path))
    throw std::runtime_error(fmt::format("{} is missing beside recado-chaos", path.string()));
  return path;
}

} // namespace

fs::path recado_beside_us() {
  return beside_us("recado");
}

fs::path shim_beside_us() {
  return beside_us("recado-chaos-shim.so");
}

fs::path recado_with_fault_points() {
#ifdef RECADO_FAULT_POINTS
  return recado_beside_us();
#else
  auto built = our_folder().parent_path() / "build" / "chaos" / "bin" / "recado";
  return fs::exists(built) ? built : fs::path{};
#endif
}

} // namespace recado::chaos
