#pragma once
/// The world's NATS: one server, or three that are a cluster.
#include "chaos/world/process.hpp"
#include "node/client/http_client.hpp"
#include "node/embedded/data_folder.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace recado::chaos {

struct broker_ports {
  std::uint16_t clients = 0;
  std::uint16_t cluster = 0;
  std::uint16_t monitor = 0;
};

class broker {
public:
  /// Starts it. `all` are the ports of every server; this one is number `index` of them.
  broker(const embedded::data_folder& data, const std::vector<broker_ports>& all,
         std::size_t index);

  void start() { run_.start(); }
  void kill() { run_.kill(); }
  void pause() { run_.pause(); }
  void resume() { run_.resume(); }
  bool alive() { return run_.alive(); }
  bool paused() const noexcept { return run_.paused(); }
  /// JetStream answers.
  bool ready();

  /// What it had stored is gone; it must be dead.
  void delete_store() const;
  /// The biggest file of messages loses its second half; it must be dead. False if there is none.
  bool truncate_store() const;

  const std::string& name() const noexcept { return run_.name(); }
  std::uint16_t port() const noexcept { return ports_.clients; }
  /// The name of the server that leads the stream of commands, as this one sees it; empty if it
  /// does not know.
  std::string leader_of_commands();

private:
  broker_ports ports_;
  std::filesystem::path store_;
  process run_;
  client::http_client monitor_;
};

/// A message that no node understands, on a subject of commands. False if NATS did not take it.
bool publish_raw(std::uint16_t port, const std::string& subject, const std::string& bytes);

} // namespace recado::chaos
