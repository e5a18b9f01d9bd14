#include "config/load.hpp"
#include "config/show.hpp"
#include "node/cli/command.hpp"

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace recado::cli {

namespace {

using nlohmann::ordered_json;

struct check_options {
  std::filesystem::path config;
  bool show = false;
  bool json = false;
};

void print_json(const std::vector<config::invalid>& errors) {
  auto list = ordered_json::array();
  for (const auto& one : errors)
    list.push_back({{"where", one.where}, {"key", one.key}, {"why", one.why}});
  ordered_json out{{"valid", errors.empty()}, {"errors", list}};
  std::printf("%s\n", out.dump().c_str());
}

int run_check(const check_options& options) {
  auto loaded = config::load(options.config, config::process_environment());
  if (options.json) print_json(loaded ? std::vector<config::invalid>{} : loaded.error());
  if (!loaded) {
    if (!options.json) std::fprintf(stderr, "%s\n", config::to_text(loaded.error()).c_str());
    return did_not_work;
  }
  if (options.show)
    std::fprintf(options.json ? stderr : stdout, "%s", config::to_toml(*loaded).c_str());
  if (!options.json && !options.show) std::printf("%s is valid\n", options.config.c_str());
  return 0;
}

} // namespace

void add_config(CLI::App& root, chosen_command& chosen) {
  auto& group = *root.add_subcommand("config", "configuration files");
  group.require_subcommand(1);
  auto& check = *group.add_subcommand("check", "say everything that is wrong with a file at once");
  auto options = std::make_shared<check_options>();
  check.add_option("file,--config", options->config, "configuration file (TOML)")
    ->required()
    ->check(CLI::ExistingFile);
  check.add_flag("--show", options->show, "print every setting as it would be used; no secrets");
  finish(check, chosen, options, run_check);
}

} // namespace recado::cli
