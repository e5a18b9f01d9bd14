#include "node/cli/cli.hpp"

#include "node/cli/command.hpp"

#include <algorithm>
#include <exception>
#include <fmt/format.h>

namespace recado::cli {
namespace {

/// CLI11 says of a word that it does not know only that a command is missing.
std::string explain(const CLI::App& root, int argc, char** argv) {
  std::string names;
  for (const auto* one : root.get_subcommands([](const CLI::App*) { return true; }))
    names += (names.empty() ? "" : ", ") + one->get_name();
  auto word = std::find_if(argv + 1, argv + argc, [](const char* each) { return *each != '-'; });
  auto what = word == argv + argc ? std::string{"a command is missing"}
                                  : fmt::format("there is no command '{}'", *word);
  return fmt::format("{}; there are {}. `recado COMMAND --help` says more", what, names);
}

} // namespace

int run(int argc, char** argv) {
  CLI::App root{"Recado: messages between people, over many channels, in order, never lost.",
                "recado"};
  root.require_subcommand(1);
  root.set_version_flag("--version", RECADO_VERSION);
  root.footer("`recado COMMAND --help` says more.");
  chosen_command chosen;
  for (auto* add : {add_up, add_node, add_migrate, add_client, add_cluster, add_send, add_tail,
                    add_config, add_version})
    add(root, chosen);
  try {
    root.parse(argc, argv);
    return chosen();
  } catch (const CLI::ParseError& e) {
    bool none = e.get_exit_code() != 0 && root.get_subcommands().empty();
    if (none) return complain("", explain(root, argc, argv), false, wrong_usage);
    return root.exit(e) == 0 ? 0 : wrong_usage;
  } catch (const std::exception& e) {
    return complain("", e.what(), false);
  }
}

} // namespace recado::cli
