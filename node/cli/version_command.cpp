#include "node/cli/command.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace recado::cli {

namespace {

struct version_options {
  bool json = false;
};

int print_version(const version_options& options) {
  if (options.json)
    std::printf("%s\n", nlohmann::json{{"version", RECADO_VERSION}}.dump().c_str());
  else
    std::printf("recado %s\n", RECADO_VERSION);
  return 0;
}

} // namespace

void add_version(CLI::App& root, chosen_command& chosen) {
  auto& command = *root.add_subcommand("version", "print the version");
  finish(command, chosen, std::make_shared<version_options>(), print_version);
}

} // namespace recado::cli
