/// recado-chaos: breaks a running Recado in every way it knows, under load, and says whether every
/// promise was kept.
#include "chaos/run/command_line.hpp"
#include "node/embedded/child.hpp"

#include <string_view>

int main(int argc, char** argv) {
  // Not a command for people: the servers and nodes are started through it.
  if (argc > 1 && std::string_view{argv[1]} == "supervise-child")
    return recado::embedded::supervise_child(argc, argv);
  return recado::chaos::command_line(argc, argv);
}
