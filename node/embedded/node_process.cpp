#include "node/embedded/node_process.hpp"

#include "node/database/registry.hpp"
#include "node/embedded/files.hpp"
#include "node/embedded/probe.hpp"

#include <filesystem>
#include <fmt/format.h>

namespace recado::embedded {

namespace {

/// A TOML basic string.
std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// Made once: what is sealed with it can be opened with it alone.
attempt<void> ensure_key(const std::filesystem::path& file) {
  if (read_file(file)) return {};
  return write_file(file, clients::random_secret() + "\n", 0600);
}

} // namespace

unsigned writers_of(unsigned nodes, unsigned cores) {
  return nodes > 1 || cores <= 2 ? 1 : 2;
}

std::string node_place::url() const {
  return fmt::format("http://127.0.0.1:{}", port);
}

std::string node_settings(const node_place& place) {
  return fmt::format(
    R"(# Written by `recado up` at each start; a complete example is config/recado.example.toml.
[node]
id = {id}
stop_ms_max = 1000 # `up` gives a node 900 ms

[http]
address = "127.0.0.1"
port = {port}

[store]
dsn = {store}
writers = {writers}

[bus]
urls = [{nats}]

[cluster]
wire = {wire}

[net]
allow_private = ["loopback"]

[channels]
key_file = {key}
)",
    fmt::arg("id", toml_string(place.id)), fmt::arg("wire", toml_string(place.wire)),
    fmt::arg("key", toml_string(place.key_file().string())), fmt::arg("port", place.port),
    fmt::arg("store", toml_string(place.store_url)), fmt::arg("writers", place.writers),
    fmt::arg("nats", toml_string(place.nats_url)));
}

member node_member(const node_place& place, on_death policy) {
  auto prepare = [place]() -> attempt<child_command> {
    rotate_log(place.log);
    if (auto made = make_folder(place.folder, 0700); !made) return sorry(made.error());
    if (auto key = ensure_key(place.key_file()); !key) return sorry(key.error());
    // The database's address is in it.
    if (auto written = write_file(place.config_file(), node_settings(place), 0600); !written)
      return sorry(written.error());
    return child_command{
      .argv = {own_binary(), "node", "--config", place.config_file().string()},
      .death_signal = SIGKILL, // a hung node must not outlive us; what it promised is committed
      .log = place.log};
  };
  return {.name = place.id, .policy = policy, .prepare = prepare};
}

bool node_is_ready(const node_place& place) {
  return http_status(place.port, "/readyz") == 200;
}

} // namespace recado::embedded
