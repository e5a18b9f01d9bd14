#include "chaos/world/broker.hpp"

#include "node/embedded/files.hpp"
#include "node/embedded/loopback.hpp"
#include "node/embedded/programs.hpp"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

namespace recado::chaos {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

std::string name_of(std::size_t index, std::size_t count) {
  return count == 1 ? "nats" : fmt::format("nats-{}", index + 1);
}

/// Clients are not told of the other servers: they would go around the links that can be cut.
std::string cluster_settings(const std::vector<broker_ports>& all, std::size_t index) {
  if (all.size() == 1) return {};
  std::string routes;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i != index) routes += fmt::format("    nats://127.0.0.1:{}\n", all[i].cluster);
  return fmt::format(
    "cluster {{\n  name: chaos\n  listen: \"127.0.0.1:{}\"\n  no_advertise: true\n  routes [\n{}  "
    "]\n}}\n",
    all[index].cluster, routes);
}

std::string settings_of(const std::string& name, const fs::path& store,
                        const std::vector<broker_ports>& all, std::size_t index) {
  return fmt::format(R"(server_name: {}
host: "127.0.0.1"
port: {}
http: "127.0.0.1:{}"
max_payload: 4MB
max_pending: 256MB
write_deadline: "10s"
jetstream {{
  store_dir: "{}"
  max_memory_store: 256MB
  max_file_store: 8GB
}}
{})",
                     name, all[index].clients, all[index].monitor, store.string(),
                     cluster_settings(all, index));
}

process::recipe recipe_of(const embedded::data_folder& data, const std::string& name,
                          const fs::path& store, std::string settings) {
  auto file = data.root() / (name + ".conf");
  return [=, log = data.log(name),
          text = std::move(settings)]() -> embedded::attempt<embedded::child_command> {
    auto program = embedded::nats_program();
    if (!program) return embedded::sorry(program.error());
    if (auto made = embedded::make_folder(store, 0700); !made) return embedded::sorry(made.error());
    if (auto written = embedded::write_file(file, text, 0600); !written)
      return embedded::sorry(written.error());
    return embedded::child_command{
      .argv = {program->string(), "-c", file.string()}, .death_signal = 9, .log = log};
  };
}

std::optional<nlohmann::json> ask(client::http_client& monitor, const std::string& target) {
  auto got = monitor.ask({.target = target}, 1s);
  if (!got || got->status != 200) return std::nullopt;
  auto parsed = nlohmann::json::parse(got->body, nullptr, false);
  if (parsed.is_discarded()) return std::nullopt;
  return parsed;
}

client::server_url monitor_of(const broker_ports& ports) {
  return *client::parse_url(fmt::format("http://127.0.0.1:{}", ports.monitor));
}

} // namespace

broker::broker(const embedded::data_folder& data, const std::vector<broker_ports>& all,
               std::size_t index)
  : ports_(all.at(index)),
    store_(data.root() / name_of(index, all.size())),
    run_(name_of(index, all.size()),
         recipe_of(data, name_of(index, all.size()), store_,
                   settings_of(name_of(index, all.size()), store_, all, index))),
    monitor_(monitor_of(ports_)) {
  start();
}

bool broker::ready() {
  if (!run_.alive()) return false;
  auto health = ask(monitor_, "/healthz");
  return health && health->value("status", "") == "ok";
}

void broker::delete_store() const {
  std::error_code ignored;
  fs::remove_all(store_, ignored);
}

bool broker::truncate_store() const {
  fs::path biggest;
  std::uintmax_t size = 0;
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(store_, ignored)) {
    if (entry.path().extension() != ".blk" || entry.file_size(ignored) <= size) continue;
    size = entry.file_size(ignored);
    biggest = entry.path();
  }
  if (size == 0) return false;
  fs::resize_file(biggest, size / 2);
  return true;
}

std::string broker::leader_of_commands() {
  auto known = ask(monitor_, "/jsz?streams=true");
  if (!known) return {};
  for (const auto& account : known->value("account_details", nlohmann::json::array()))
    for (const auto& stream : account.value("stream_detail", nlohmann::json::array()))
      if (auto leader = stream.value("/cluster/leader"_json_pointer, ""); !leader.empty())
        return leader;
  return known->value("/meta_cluster/leader"_json_pointer, "");
}

bool publish_raw(std::uint16_t port, const std::string& subject, const std::string& bytes) {
  embedded::loopback_socket line;
  if (!line.connect(port)) return false;
  timeval patience{.tv_sec = 2, .tv_usec = 0};
  ::setsockopt(line.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  auto text = fmt::format("CONNECT {{\"verbose\":false}}\r\nPUB {} {}\r\n{}\r\nPING\r\n", subject,
                          bytes.size(), bytes);
  if (::send(line.fd(), text.data(), text.size(), MSG_NOSIGNAL) < 0) return false;
  std::string heard;
  std::array<char, 4096> buffer;
  while (heard.find("PONG") == std::string::npos) {
    auto got = ::recv(line.fd(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    heard.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return true;
}

} // namespace recado::chaos
