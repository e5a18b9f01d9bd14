#include "node/embedded/info_file.hpp"

#include "node/embedded/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace recado::embedded {

using nlohmann::ordered_json;

std::string to_json(const running_info& info, int indent) {
  auto nodes = ordered_json::array();
  for (const auto& node : info.nodes)
    nodes.push_back({{"id", node.id}, {"pid", node.pid}, {"url", node.url}});
  return ordered_json{{"url", info.url},
                      {"client_id", info.secrets.client_id},
                      {"client_secret", info.secrets.client_secret},
                      {"admin_client_id", info.secrets.admin_client_id},
                      {"admin_client_secret", info.secrets.admin_client_secret},
                      {"nodes", nodes},
                      {"nats", {{"pid", info.nats_pid}, {"url", info.nats_url}}},
                      {"postgres", {{"pid", info.postgres_pid}, {"dsn", info.postgres_dsn}}},
                      {"simulator", nullptr}}
    .dump(indent);
}

attempt<known_server> read_info(const std::filesystem::path& file) {
  auto text = read_file(file);
  if (!text) return sorry(fmt::format("cannot read {}", file.string()));
  try {
    auto info = nlohmann::json::parse(*text);
    return known_server{.url = info.at("url"),
                        .client_id = info.at("client_id"),
                        .client_secret = info.at("client_secret"),
                        .postgres_dsn = info.at("postgres").at("dsn")};
  } catch (const nlohmann::json::exception& e) {
    return sorry(fmt::format("{} is damaged: {}", file.string(), e.what()));
  }
}

} // namespace recado::embedded
