#include "chaos/run/command_line.hpp"

#include "chaos/check/check_folder.hpp"
#include "chaos/run/campaign.hpp"
#include "chaos/world/waiting.hpp"
#include "node/embedded/family.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

namespace recado::chaos {

namespace {

constexpr int broken = 1;
constexpr int impossible = 2;
constexpr int stopped = 130;

void add_run(CLI::App& root, run_options& how) {
  auto& run = *root.add_subcommand("run", "break a system of its own and check every promise");
  run.add_option("scenario", how.scenario, "one of `recado-chaos list`")->required();
  run.add_option("--seed", how.seed, "the same seed breaks the same things")->capture_default_str();
  run.add_option("--seconds", how.seconds, "of faults (default: the scenario's)");
  run.add_option("--faults", how.faults, "exactly so many, however long it takes");
  run.add_option("--nodes", how.nodes, "(default: the scenario's)")->check(CLI::Range(1, 16));
  run.add_option("--rate", how.rate, "messages per second (default: the scenario's)");
  run.add_option("--conversations", how.conversations)->capture_default_str();
  run.add_option("--out", how.out,
                 "folder of records, logs and the report; it must be new or empty");
  run.add_option("--recado", how.recado, "program of the nodes (default: the one beside this)")
    ->check(CLI::ExistingFile);
  run.add_option("--old", how.old, "program to upgrade from")->check(CLI::ExistingFile);
  run.add_option("--wire", how.wire, "how commands reach their owner")
    ->capture_default_str()
    ->check(CLI::IsMember({"stream", "auto"}));
  run.add_flag("--json", how.json, "print the verdict as JSON");
}

int list() {
  for (const auto& one : scenarios())
    std::printf("%-10.*s  %.*s\n", static_cast<int>(one.name.size()), one.name.data(),
                static_cast<int>(one.what.size()), one.what.data());
  std::printf("%-10s  %s\n", "mutants",
              "nodes that break a promise on purpose (chaos build): each must be caught");
  std::printf("%-10s  %s\n", "all", "all of these, one after the other");
  return 0;
}

struct check_options {
  std::filesystem::path folder;
  std::optional<std::string> dsn;
  bool json = false;
};

int check(const check_options& how) {
  auto verdict = check_folder(how.folder, how.dsn);
  std::printf("%s\n", how.json ? verdict.dump(2).c_str() : to_text(verdict).c_str());
  return verdict.value("ok", false) ? 0 : broken;
}

} // namespace

int command_line(int argc, char** argv) {
  embedded::family::take_signals(); // before there is any thread
  CLI::App root{"Breaks a Recado of its own under load and checks every promise.", "recado-chaos"};
  root.require_subcommand(1);
  root.footer("Exit code 0: every promise was kept; 1: one was broken; 2: the run was impossible.");
  run_options running;
  check_options checking;
  add_run(root, running);
  root.add_subcommand("list", "the scenarios");
  auto& checker = *root.add_subcommand("check", "check the records of a run once more");
  checker.add_option("folder", checking.folder)->required()->check(CLI::ExistingDirectory);
  checker.add_option("--dsn", checking.dsn, "also look into this database");
  checker.add_flag("--json", checking.json, "print the verdict as JSON");
  try {
    root.parse(argc, argv);
    if (root.got_subcommand("list")) return list();
    if (root.got_subcommand("check")) return check(checking);
    return campaign(running) ? 0 : broken;
  } catch (const CLI::ParseError& e) {
    return root.exit(e) == 0 ? 0 : impossible;
  } catch (const interrupted&) {
    std::fprintf(stderr, "recado-chaos: interrupted; everything it started has ended\n");
    return stopped;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "recado-chaos: %s\n", e.what());
    return impossible;
  }
}

} // namespace recado::chaos
