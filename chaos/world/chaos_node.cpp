#include "chaos/world/chaos_node.hpp"

#include "node/embedded/files.hpp"
#include "node/embedded/probe.hpp"

#include <charconv>
#include <csignal>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdexcept>

namespace recado::chaos {

using namespace std::chrono_literals;
using embedded::attempt;
using embedded::sorry;

namespace {

/// The values are made by us: nothing in them needs quoting.
std::string settings_of(const node_site& site) {
  return fmt::format(
    R"([node]
id = "{id}"
stop_ms_max = 10000

[http]
address = "127.0.0.1"
port = {port}

[store]
dsn = "{store}"

[bus]
urls = ["{nats}"]
stream_replicas = {replicas}

[cluster]
wire = "{wire}"

[net]
allow_private = ["loopback"]

[channels]
key_file = "{key}"
)",
    fmt::arg("id", site.id), fmt::arg("port", site.port), fmt::arg("store", site.store_url),
    fmt::arg("nats", fmt::join(site.nats_urls, "\", \"")),
    fmt::arg("replicas", site.nats_urls.size()), fmt::arg("wire", site.wire),
    fmt::arg("key", site.key_file.string()));
}

} // namespace

chaos_node::chaos_node(node_site site)
  : site_(std::move(site)),
    run_(site_.id, [this] { return prepare(); }),
    metrics_(*client::parse_url(url())) {}

attempt<embedded::child_command> chaos_node::prepare() const {
  auto config = site_.folder / "node.toml";
  if (auto made = embedded::make_folder(site_.folder, 0700); !made) return sorry(made.error());
  if (auto written = embedded::write_file(config, settings_of(site_), 0600); !written)
    return sorry(written.error());
  embedded::child_command command{
    .argv = {site_.program.string(), "node", "--config", config.string()},
    .death_signal = SIGKILL,
    .log = site_.log};
  auto environment = site_.environment;
  if (!site_.shim.empty()) {
    environment.push_back("LD_PRELOAD=" + site_.shim.string());
    environment.push_back("RECADO_CLOCK_JUMP=" + jump_file().string());
  }
  return with_environment(std::move(command), environment);
}

void chaos_node::start() {
  wanted = true;
  run_.start();
}

void chaos_node::ask_to_end() const {
  run_.ask_to_end(SIGTERM);
}

bool chaos_node::ready() {
  return run_.alive() && embedded::http_status(site_.port, "/readyz") == 200;
}

int chaos_node::partitions_owned() {
  constexpr std::string_view name = "\nrecado_partitions_owned ";
  auto got = metrics_.ask({.target = "/metrics"}, 1s);
  if (!got || got->status != 200) return -1;
  auto at = got->body.find(name);
  int owned = -1;
  if (at != std::string::npos)
    std::from_chars(got->body.data() + at + name.size(), got->body.data() + got->body.size(),
                    owned);
  return owned;
}

void chaos_node::jump_clock(std::chrono::seconds by) const {
  auto written = embedded::write_file(jump_file(), fmt::format("{}\n", by.count()), 0600);
  if (!written) throw std::runtime_error(written.error());
}

std::string chaos_node::url() const {
  return fmt::format("http://127.0.0.1:{}", site_.port);
}

} // namespace recado::chaos
