#pragma once
/// Three nats-servers that replicate their streams, each a nats_server of its own.
#include "tests/worlds/nats_server.hpp"

#include <array>
#include <fstream>
#include <memory>

namespace recado::worlds {

class nats_cluster {
public:
  static constexpr std::size_t servers = 3;

  nats_cluster() {
    for (auto& port : routes_)
      port = nats_server::free_port();
    std::string all;
    for (auto port : routes_)
      all +=
        (all.empty() ? "" : ",") + std::string{"nats-route://127.0.0.1:"} + std::to_string(port);
    std::string pattern = (std::filesystem::temp_directory_path() / "recado-ring-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error{"mkdtemp"};
    folder_ = pattern;
    auto conf = (folder_ / "nats.conf").string();
    std::ofstream{conf} << "lame_duck_grace_period: \"1s\"\nlame_duck_duration: \"30s\"\n"
                           "max_payload: 4MB\n";
    for (std::size_t i = 0; i < servers; ++i)
      all_[i] = std::make_unique<nats_server>(
        false, std::vector<std::string>{
                 "-c", conf, "-n", name(i), "--cluster_name", "recado", "--cluster",
                 "nats://127.0.0.1:" + std::to_string(routes_[i]), "--routes", all});
    for (auto& one : all_)
      one->start();
  }
  ~nats_cluster() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  nats_cluster(const nats_cluster&) = delete;
  nats_cluster& operator=(const nats_cluster&) = delete;

  static std::string name(std::size_t i) { return "nats-" + std::to_string(i + 1); }
  nats_server& at(std::size_t i) { return *all_.at(i); }
  const nats_server& at(std::size_t i) const { return *all_.at(i); }
  nats_server& named(const std::string& wanted) {
    for (std::size_t i = 0; i < servers; ++i)
      if (name(i) == wanted) return at(i);
    throw std::runtime_error{"no server " + wanted};
  }
  /// For bus.urls.
  std::string urls() const {
    std::string out;
    for (const auto& one : all_)
      out += (out.empty() ? "" : ",") + one->url();
    return out;
  }

private:
  std::filesystem::path folder_;
  std::array<int, servers> routes_{};
  std::array<std::unique_ptr<nats_server>, servers> all_;
};

} // namespace recado::worlds
