#include "node/cli/cli.hpp"

#include "node/cli/command.hpp"

#include <exception>

namespace recado::cli {

int run(int argc, char** argv) {
  CLI::App root{"Recado: messages between people, over many channels, in order, never lost.",
                "recado"};
  root.require_subcommand(1);
  root.set_version_flag("--version", RECADO_VERSION);
  root.footer("`recado COMMAND --help` says more.");
  chosen_command chosen;
  for (auto* add :
       {add_up, add_node, add_migrate, add_client, add_cluster, add_send, add_tail, add_config, add_version})
    add(root, chosen);
  try {
    root.parse(argc, argv);
    return chosen();
  } catch (const CLI::ParseError& e) {
    return root.exit(e) == 0 ? 0 : wrong_usage;
  } catch (const std::exception& e) {
    return complain("", e.what(), false);
  }
}

} // namespace recado::cli
