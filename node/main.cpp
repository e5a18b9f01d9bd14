#include "node/cli/cli.hpp"
#include "node/embedded/child.hpp"

#include <string_view>

int main(int argc, char** argv) {
  // Not a command for people: `up` starts its children through it.
  if (argc > 1 && std::string_view{argv[1]} == "supervise-child")
    return recado::embedded::supervise_child(argc, argv);
  return recado::cli::run(argc, argv);
}
