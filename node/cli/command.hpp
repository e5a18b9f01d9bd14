#pragma once
/// What every command has in common.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <functional>
#include <memory>
#include <string>

namespace recado::cli {

/// The command that was chosen, ready to run; its result is the exit code.
using chosen_command = std::function<int()>;

// Each adds one command; parsing it sets `chosen`.
void add_up(CLI::App& root, chosen_command& chosen);
void add_node(CLI::App& root, chosen_command& chosen);
void add_migrate(CLI::App& root, chosen_command& chosen);
void add_client(CLI::App& root, chosen_command& chosen);
void add_cluster(CLI::App& root, chosen_command& chosen);
/// `cluster fence`: works on the database, without a node.
void add_fence(CLI::App& group, chosen_command& chosen);
void add_send(CLI::App& root, chosen_command& chosen);
void add_tail(CLI::App& root, chosen_command& chosen);
void add_config(CLI::App& root, chosen_command& chosen);
void add_version(CLI::App& root, chosen_command& chosen);

/// Adds `--json` and makes `run(options)` the chosen command. `Options` has a member `json`.
template <class Options, class Run>
void finish(CLI::App& command, chosen_command& chosen, std::shared_ptr<Options> options, Run run) {
  command.add_flag("--json", options->json, "for programs: JSON on stdout");
  command.callback([&chosen, options, run] { chosen = [options, run] { return run(*options); }; });
}

constexpr int did_not_work = 1;
constexpr int wrong_usage = 2;

/// "recado <command>: <why>" on stderr, or {"error": why} on stdout; returns the exit code.
int complain(std::string_view command, std::string_view why, bool json, int code = did_not_work);

} // namespace recado::cli
