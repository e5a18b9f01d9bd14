#pragma once
/// Several nodes on one machine, and people who are connected to one of them.
#include "node/client/web_socket.hpp"
#include "node/embedded/files.hpp"
#include "tests/e2e/world.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace recado::e2e {

struct one_node {
  std::string url;
  pid_t pid = 0;
};

struct cluster {
  explicit cluster(const char* count = "3")
    : all({.restart = false, .arguments = {"--nodes", count}}) {}
  world all;

  std::vector<one_node> nodes() const {
    auto text = embedded::read_file(all.data().parent_path() / "info.json");
    auto info = nlohmann::json::parse(text.value());
    std::vector<one_node> out;
    for (const auto& node : info.at("nodes"))
      out.push_back({node.at("url"), node.at("pid")});
    return out;
  }
  client::api_client api(const one_node& at) const {
    auto info = all.look();
    return *client::api_client::make({at.url, info.client_id, info.client_secret});
  }
};

inline client::web_socket socket_of(client::api_client& api, const one_node& at,
                                    const std::string& user) {
  (void)api.ask({.method = "PUT", .target = "/v1/users/" + user, .body = "{}"});
  auto token =
    api.ask_for_body({.method = "POST", .target = "/v1/users/" + user + "/tokens", .body = "{}"});
  BOOST_REQUIRE(token);
  std::string bearer = nlohmann::json::parse(*token).at("access_token");
  auto opened = client::web_socket::open(*client::parse_url(at.url), "/v1/ws",
                                         {{"Authorization", "Bearer " + bearer}}, "recado.v1.json");
  BOOST_REQUIRE(opened);
  return std::move(*opened);
}

} // namespace recado::e2e
