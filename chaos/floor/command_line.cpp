#include "chaos/floor/command_line.hpp"

#include <algorithm>
#include <CLI/CLI.hpp>

namespace recado::floors {
namespace {

void add_options(CLI::App& app, options& how) {
  app.add_option("--seconds", how.seconds, "of each measurement")
    ->capture_default_str()
    ->check(CLI::Range(1u, 3'600u));
  app.add_option("--callers", how.callers, "with one request or publish under way each")
    ->capture_default_str()
    ->check(CLI::Range(1u, 10'000u));
  app.add_option("--conversations", how.conversations)
    ->capture_default_str()
    ->check(CLI::Range(1u, 20'000u));
  app.add_option("--text-bytes", how.text_bytes, "of each message")
    ->capture_default_str()
    ->check(CLI::Range(12u, 65'536u));
  app.add_option("--writers", how.writers, "connections that commit")
    ->capture_default_str()
    ->check(CLI::Range(1u, 16u));
  app.add_option("--cores", how.cores, "that all programs share")
    ->capture_default_str()
    ->check(CLI::Range(1u, 1'024u));
  app.add_option("--batch", how.batches, "messages per commit; may be given several times")
    ->capture_default_str()
    ->check(CLI::Range(1u, 1'000u));
  app.add_option("--batch-of-sum", how.batch_of_sum, "messages per commit in the sums")
    ->capture_default_str()
    ->check(CLI::Range(1u, 1'000u));
  app.add_option("--json", how.json, "also write the report to this file");
}

what part_of(const CLI::App& app) {
  if (app.got_subcommand("http")) return what::http;
  if (app.got_subcommand("jetstream")) return what::jetstream;
  if (app.got_subcommand("commit")) return what::commit;
  return what::all;
}

} // namespace

parsed parse(int argc, const char* const* argv) {
  asked want;
  CLI::App app{"The least that a message can cost on this machine: each thing that it must go "
               "through, alone.",
               "recado-floor"};
  app.require_subcommand(1);
  app.fallthrough(); // options may stand behind the subcommand
  add_options(app, want.how);
  app.add_subcommand("http", "requests, answers and WebSocket frames of the real sizes, our server "
                             "without anything behind it");
  app.add_subcommand("jetstream", "envelopes to a nats-server of its own, acked, and read back");
  app.add_subcommand("commit", "the rows of the messages into a PostgreSQL of its own");
  app.add_subcommand("all", "these, and their sums");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return {std::nullopt, app.exit(error) == 0 ? 0 : 2};
  }
  want.part = part_of(app);
  auto& batches = want.how.batches;
  batches.push_back(want.how.batch_of_sum);
  std::ranges::sort(batches);
  batches.erase(std::unique(batches.begin(), batches.end()), batches.end());
  return {std::move(want), 0};
}

} // namespace recado::floors
