/// recado-floor: what a message costs at least on this machine.
#include "chaos/floor/command_line.hpp"
#include "node/embedded/child.hpp"
#include "node/embedded/family.hpp"

#include <cstdio>
#include <stdexcept>
#include <string_view>

int main(int argc, char** argv) {
  // Not a command for people: the servers are started through it.
  if (argc > 1 && std::string_view{argv[1]} == "supervise-child")
    return recado::embedded::supervise_child(argc, argv);
  auto asked = recado::floors::parse(argc, argv);
  if (!asked.want) return asked.exit_code;
  try {
    recado::floors::measure(*asked.want);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "recado-floor: %s\n", error.what());
    return 1;
  }
}
