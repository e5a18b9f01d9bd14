#include "config/load.hpp"
#include "node/cli/command.hpp"
#include "node/node.hpp"

#include <filesystem>

namespace recado::cli {

namespace {

struct node_options {
  std::filesystem::path config;
  bool json = false;
};

int run_one_node(const node_options& options) {
  auto loaded = config::load(options.config, config::process_environment());
  if (!loaded) return complain("node", config::to_text(loaded.error()), options.json, wrong_usage);
  auto settings = *loaded;
  if (options.json) settings.log.human = false;
  return run_node(settings);
}

} // namespace

void add_node(CLI::App& root, chosen_command& chosen) {
  auto& command = *root.add_subcommand("node", "run one node until SIGTERM or SIGINT");
  auto options = std::make_shared<node_options>();
  command.add_option("--config", options->config, "configuration file (TOML)")
    ->check(CLI::ExistingFile);
  command.footer(
    "Without --config: defaults and the environment (RECADO__SECTION__KEY). The log goes to "
    "stderr; --json makes it JSON whatever the configuration says.");
  finish(command, chosen, options, run_one_node);
}

} // namespace recado::cli
