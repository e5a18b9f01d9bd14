#include "node/embedded/nats_server.hpp"

#include "node/embedded/files.hpp"

#include <fmt/format.h>

namespace recado::embedded {

std::string nats_settings(const data_folder& data, std::uint16_t port) {
  // A command carries up to 1 MiB of payload and its envelope; a batch of events somewhat more.
  return fmt::format(R"(# Written by `recado up` at each start.
server_name: recado
host: "127.0.0.1"
port: {port}
max_payload: 4MB
max_pending: 256MB
write_deadline: "10s"
pid_file: "{root}/nats.pid"
jetstream {{
  store_dir: "{store}"
  max_memory_store: 256MB
  max_file_store: 8GB
}}
)",
                     fmt::arg("port", port), fmt::arg("root", data.root().string()),
                     fmt::arg("store", data.nats().string()));
}

member nats_member(const data_folder& data, std::filesystem::path program, std::uint16_t port) {
  auto settings = data.root() / "nats.conf";
  auto store = data.nats();
  auto log = data.log(nats_name);
  auto prepare = [=, text = nats_settings(data, port)]() -> attempt<child_command> {
    rotate_log(log);
    if (auto made = make_folder(store, 0700); !made) return sorry(made.error());
    if (auto written = write_file(settings, text, 0600); !written) return sorry(written.error());
    return child_command{
      .argv = {program.string(), "-c", settings.string()}, .death_signal = SIGTERM, .log = log};
  };
  return {.name = nats_name, .prepare = prepare};
}

} // namespace recado::embedded
