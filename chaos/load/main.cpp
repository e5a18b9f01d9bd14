/// recado-load: offers messages at a fixed rate (or as fast as the answers come) to a running
/// system, reads them over WebSocket, and prints what that took, end to end and per program.
#include "chaos/load/report.hpp"
#include "chaos/load/run.hpp"
#include "chaos/load/setup.hpp"
#include "node/client/api_client.hpp"

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace {

using namespace recado;
using namespace recado::load;

machine::target target_of(const nlohmann::json& info) {
  machine::target out;
  for (const auto& node : info.at("nodes"))
    out.nodes.push_back(node.at("pid"));
  out.postgres = info.at("postgres").at("pid");
  out.nats = info.at("nats").at("pid");
  out.dsn = info.at("postgres").at("dsn");
  return out;
}

void add_turns(const std::string& metrics, sample& to) {
  to.commits += metric_sum(metrics, "recado_writer_batch_commands_count");
  to.commands += metric_sum(metrics, "recado_writer_batch_commands_sum");
  for (const auto* step : {"read", "decide", "commit"})
    to.turn_s[step] +=
      metric_sum(metrics, "recado_writer_step_seconds_sum", std::string{"step=\""} + step);
}

sample take(const machine& of, std::vector<client::http_client>& nodes) {
  sample out;
  out.costs = of.costs();
  out.wal_bytes = of.wal_bytes();
  for (auto& node : nodes)
    if (auto got = node.ask({.target = "/metrics"}); got && got->status == 200)
      add_turns(got->body, out);
  return out;
}

std::vector<client::http_client> clients_of(const nlohmann::json& info) {
  std::vector<client::http_client> out;
  for (const auto& node : info.at("nodes"))
    out.emplace_back(*client::parse_url(node.at("url").get<std::string>()));
  return out;
}

/// Ten thousand sockets need as many files.
void allow_many_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

int run_with(const options& how) {
  allow_many_files();
  std::ifstream file{how.info};
  if (!file) throw std::runtime_error("cannot read " + how.info + "; is the system up?");
  auto info = nlohmann::json::parse(file);
  machine computer{target_of(info)};
  auto start = computer.costs();
  std::fprintf(stderr, "making %u conversations\n", how.conversations);
  auto on = set_up(how, info);
  auto nodes = clients_of(info);
  load::run going{how, on, [&] { return computer.costs(); }};
  going.connect();
  std::fprintf(stderr, "warming up for %u s, then measuring for %u s\n", how.warmup_s,
               how.phases.empty() ? how.seconds : seconds_of(how.phases));
  going.warm_up();
  auto before = take(computer, nodes);
  going.measure();
  going.settle(); // what is answered late belongs to the time and to the cost
  auto after = take(computer, nodes);
  auto result = report(how, going.result(), start, before, after);
  result["conversations_touched"] = std::min<std::uint64_t>(how.conversations, going.sent());
  std::fputs(to_text(result).c_str(), stdout);
  if (!how.json.empty()) std::ofstream{how.json} << result.dump(2) << '\n';
  const auto& seen = going.result();
  bool lost = how.receive && seen.delivered < seen.expected;
  bool silent = how.clients > 0 && seen.accepted == 0;
  return !silent && seen.failed == 0 && seen.out_of_order == 0 && !lost ? 0 : 1;
}

void add_rates(CLI::App& app, options& how, std::string& phases) {
  auto* rate =
    app.add_option("--rate", how.rate, "messages per second that arrive; 0: as the answers come")
      ->check(CLI::Range(0u, 1'000'000u));
  app
    .add_option("--phases", phases,
                "RATE:SECONDS,RATE:SECONDS,… instead of one rate; says how long after the busiest "
                "one all is as in the first again")
    ->excludes(rate)
    ->check([&how](const std::string& text) -> std::string {
      auto parsed = parse_phases(text);
      if (!parsed) return "a list like 4000:20,16000:120,4000:60 was expected";
      how.phases = std::move(*parsed);
      how.timeline = true;
      return {};
    });
  app
    .add_option("--patience", how.patience_ms,
                "milliseconds after which a message that found no free connection is given up; "
                "0: it waits")
    ->check(CLI::Range(0u, 60'000u));
  app.add_option("--seconds", how.seconds, "measured")->check(CLI::Range(1u, 86'400u));
  app.add_option("--warmup", how.warmup_s, "seconds before that")->check(CLI::Range(0u, 3'600u));
  app.add_flag("--timeline", how.timeline, "the report says what every second was like");
}

void add_people(CLI::App& app, options& how) {
  app
    .add_option("--clients", how.clients, "HTTP connections; 0: nothing is sent, what idling costs")
    ->check(CLI::Range(0u, 10'000u));
  app.add_option("--conversations", how.conversations)->check(CLI::Range(1u, 1'000'000u));
  app.add_option("--members", how.members, "of each conversation")->check(CLI::Range(2u, 1'000u));
  app.add_option("--listeners", how.listeners, "of these members, besides the author")
    ->check(CLI::Range(1u, 999u));
  app.add_option("--readers", how.readers, "conversations with listeners; 0: all")
    ->check(CLI::Range(0u, 10'000u));
  app.add_option("--idle-sockets", how.idle_sockets, "WebSockets of people who only listen")
    ->check(CLI::Range(0u, 50'000u));
  auto* silent = app.add_flag("!--no-receivers", how.receive, "nobody reads");
  auto* implicit =
    app.add_flag("--implicit", how.implicit, "conversations are made by their first message")
      ->needs(silent);
  auto* rows =
    app.add_flag("--rows", how.rows, "conversations are written into the database, not asked for")
      ->excludes(implicit);
  app.add_option("--history", how.history, "messages that are there before, written likewise")
    ->needs(rows)
    ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}));
}

} // namespace

int main(int argc, char** argv) {
  options how;
  std::string phases;
  CLI::App app{"Offers messages to a running Recado, reads them over WebSocket, and prints the "
               "figures.\nExit 0: everything accepted was delivered, in order."};
  app.add_option("--info", how.info, "info file of `recado up --info`")->required();
  add_rates(app, how, phases);
  add_people(app, how);
  app.add_option("--text-bytes", how.text_bytes)->check(CLI::Range(12u, 65'536u));
  app.add_option("--bulk", how.bulk, "messages per bulk request; 0: one request each")
    ->check(CLI::Range(0u, 1'000u));
  app.add_option("--json", how.json, "also write the report to this file");
  CLI11_PARSE(app, argc, argv);
  try {
    if (how.listeners >= how.members) throw std::runtime_error("more listeners than members");
    return run_with(how);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "recado-load: %s\n", error.what());
    return 2;
  }
}
