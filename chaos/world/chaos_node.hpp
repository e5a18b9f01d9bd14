#pragma once
/// One node of the world.
#include "chaos/world/process.hpp"
#include "node/client/http_client.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace recado::chaos {

struct node_site {
  std::string id; ///< "n1"
  std::filesystem::path program;
  std::filesystem::path folder; ///< of its configuration
  std::filesystem::path log;
  std::filesystem::path key_file;
  std::filesystem::path shim{}; ///< loaded into it, so that its clock can jump; empty: not
  std::uint16_t port = 0;
  std::string wire = "auto";
  std::string store_url;              ///< its own link's
  std::vector<std::string> nats_urls; ///< likewise
  std::vector<std::string> environment{};
};

class chaos_node {
public:
  explicit chaos_node(node_site site);

  void start();
  void kill() { run_.kill(); }
  void pause() { run_.pause(); }
  void resume() { run_.resume(); }
  /// SIGTERM: it hands over what it owns and ends.
  void ask_to_end() const;
  bool wait_for_end(milliseconds limit) { return run_.wait_for_end(limit); }

  bool alive() { return run_.alive(); }
  bool paused() const noexcept { return run_.paused(); }
  bool ready();           ///< /readyz answers 200
  int partitions_owned(); ///< -1 if it does not answer
  const std::string& how_it_ended() const noexcept { return run_.how_it_ended(); }

  /// Its time of day is off by this.
  void jump_clock(std::chrono::seconds by) const;
  /// From the next start on.
  void use_program(std::filesystem::path program) { site_.program = std::move(program); }
  void use_environment(std::vector<std::string> added) { site_.environment = std::move(added); }

  /// Whether it is meant to run; the world starts it again if it does not.
  bool wanted = false;

  const std::string& id() const noexcept { return site_.id; }
  std::string url() const;
  const std::filesystem::path& log() const noexcept { return site_.log; }

private:
  embedded::attempt<embedded::child_command> prepare() const;
  std::filesystem::path jump_file() const { return site_.folder / "clock_jump"; }

  node_site site_;
  process run_;
  client::http_client metrics_; ///< kept: a new one costs more than the question
};

} // namespace recado::chaos
