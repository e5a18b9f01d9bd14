#include "node/cli/command.hpp"
#include "node/cli/place.hpp"
#include "node/embedded/data_folder.hpp"

#include <chrono>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>
#include <unistd.h>

namespace recado::cli {

namespace {

using nlohmann::json;
using namespace std::chrono_literals;

struct cluster_options {
  server_choice where;
  std::string node; ///< or partition
  bool watch = false;
  bool json = false;
};

/// Administration needs the client with scope admin, which the data folder knows too.
tl::expected<client::api_client, std::string> open(const server_choice& choice) {
  auto with = choice;
  if (with.login.client_id.empty()) {
    if (auto known = embedded::read_credentials(with.data)) {
      with.login.client_id = known->admin_client_id;
      with.login.client_secret = known->admin_client_secret;
    }
  }
  return find_server(with).and_then(
    [](const auto& login) { return client::api_client::make(login); });
}

std::int64_t sum_of(const json& partition, const char* key) {
  const auto& lag = partition.at(key);
  std::int64_t sum = 0;
  if (lag.is_object())
    for (const auto& [_, count] : lag.items())
      sum += count.get<std::int64_t>();
  return sum;
}

std::string table_of(const json& cluster) {
  std::map<std::string, std::int64_t> lag, inbox;
  for (const auto& partition : cluster.at("partitions")) {
    auto owner = partition.at("owner").is_null() ? "" : partition.at("owner").get<std::string>();
    lag[owner] += sum_of(partition, "lag");
    inbox[owner] += partition.at("inbox").get<std::int64_t>();
  }
  auto out = fmt::format("{:<16} {:<9} {:>10} {:>6} {:>6} {:>9}  {}\n", "node", "state",
                         "partitions", "lag", "inbox", "heartbeat", "address");
  for (const auto& node : cluster.at("nodes")) {
    auto id = node.at("id").get<std::string>();
    const auto& age = node.at("heartbeat_age_ms");
    out += fmt::format("{:<16} {:<9} {:>10} {:>6} {:>6} {:>9}  {}\n", id,
                       node.at("state").get<std::string>(), node.at("partitions").get<int>(),
                       lag[id], inbox[id], age.is_null() ? "-" : age.dump() + " ms",
                       node.at("url").get<std::string>());
  }
  std::size_t owned = 0;
  for (const auto& partition : cluster.at("partitions"))
    owned += partition.at("state") == "owned" ? 1 : 0;
  out += fmt::format("{} of {} partitions are owned, {} on the move\n", owned,
                     cluster.at("partitions").size(), cluster.at("moves").size());
  for (const auto& partition : cluster.at("partitions"))
    if (partition.at("state") == "quarantined")
      out += fmt::format("partition {} is QUARANTINED: its commands killed too many owners\n",
                         partition.at("id").get<int>());
  return out;
}

int show(client::api_client& api, const cluster_options& options) {
  auto got = api.ask_for_body({.target = "/v1/cluster"});
  if (!got) return complain("cluster status", got.error(), options.json);
  if (options.json) {
    std::printf("%s\n", got->c_str());
  } else {
    bool redraw = options.watch && ::isatty(STDOUT_FILENO) == 1;
    std::printf("%s%s", redraw ? "\x1b[H\x1b[2J" : "", table_of(json::parse(*got)).c_str());
  }
  std::fflush(stdout);
  return 0;
}

int run_status(const cluster_options& options) {
  auto api = open(options.where);
  if (!api) return complain("cluster status", api.error(), options.json);
  auto code = show(*api, options);
  while (options.watch && code == 0) { // until Ctrl-C
    std::this_thread::sleep_for(1s);
    code = show(*api, options);
  }
  return code;
}

/// `of`: nodes or partitions.
int ask(const cluster_options& options, const char* of, const char* action) {
  auto api = open(options.where);
  if (!api) return complain(fmt::format("cluster {}", action), api.error(), options.json);
  auto got = api->ask_for_body(
    {.method = "POST", .target = fmt::format("/v1/cluster/{}/{}/{}", of, options.node, action)});
  if (!got) return complain(fmt::format("cluster {}", action), got.error(), options.json);
  if (options.json)
    std::printf("%s\n", got->c_str());
  else
    std::printf("%s is %s\n", options.node.c_str(),
                json::parse(*got).at("state").get<std::string>().c_str());
  return 0;
}

void add_drain(CLI::App& group, chosen_command& chosen, const char* name, const char* what) {
  auto& command = *group.add_subcommand(name, what);
  auto options = std::make_shared<cluster_options>();
  command.add_option("node", options->node, "its id, as `recado cluster status` shows it")
    ->required();
  add_server_options(command, options->where);
  finish(command, chosen, options,
         [name](const cluster_options& asked) { return ask(asked, "nodes", name); });
}

void add_release(CLI::App& group, chosen_command& chosen) {
  auto& command = *group.add_subcommand("release", "a quarantined partition may be owned again");
  auto options = std::make_shared<cluster_options>();
  command.add_option("partition", options->node, "its number")->required();
  add_server_options(command, options->where);
  finish(command, chosen, options,
         [](const cluster_options& asked) { return ask(asked, "partitions", "release"); });
}

} // namespace

void add_cluster(CLI::App& root, chosen_command& chosen) {
  auto& group = *root.add_subcommand("cluster", "nodes and partitions");
  group.require_subcommand(1);
  auto& status = *group.add_subcommand("status", "who is there, who owns what, what moves");
  auto options = std::make_shared<cluster_options>();
  status.add_flag("--watch", options->watch, "again every second, until Ctrl-C");
  add_server_options(status, options->where);
  finish(status, chosen, options, run_status);
  add_drain(group, chosen, "drain", "a node hands off everything and stays");
  add_drain(group, chosen, "undrain", "a drained node takes part again");
  add_fence(group, chosen);
  add_release(group, chosen);
}

} // namespace recado::cli
