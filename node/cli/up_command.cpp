#include "node/cli/command.hpp"
#include "node/embedded/up.hpp"

#include <optional>

namespace recado::cli {

void add_up(CLI::App& root, chosen_command& chosen) {
  auto& command = *root.add_subcommand(
    "up", "start Recado with its own PostgreSQL and NATS on this machine, until Ctrl-C");
  auto options = std::make_shared<embedded::up_options>();
  command.add_option("--nodes", options->nodes, "number of nodes, on consecutive ports")
    ->capture_default_str()
    ->check(CLI::Range(1, 16));
  command.add_option("--data", options->data, "folder of everything that is kept")
    ->capture_default_str();
  command
    .add_option("--port", options->port,
                "HTTP port, 0 for any free one (default: 8080 or the next free one)")
    ->check(CLI::Range(0, 65'535));
  command.add_option("--info", options->info,
                     "write addresses, pids and credentials to this file (JSON, 0600) when ready");
  command.add_flag("--restart", options->restart, "start a node that died again");
  command
    .add_option("--wire", options->wire,
                "how commands reach their owner: auto (direct when the owner is this node), or "
                "stream (always over NATS)")
    ->capture_default_str()
    ->check(CLI::IsMember({"stream", "auto"}));
  finish(command, chosen, options, embedded::up);
}

} // namespace recado::cli
