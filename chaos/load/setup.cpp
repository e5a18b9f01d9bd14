#include "chaos/load/setup.hpp"

#include "chaos/load/rows.hpp"
#include "node/client/api_client.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace recado::load {
namespace {

class maker {
public:
  explicit maker(client::api_client api) : api_(std::move(api)) {}

  nlohmann::json post(const std::string& target, const nlohmann::json& body) {
    auto got = api_.ask_for_body({.method = "POST", .target = target, .body = body.dump()});
    if (!got) throw std::runtime_error("POST " + target + ": " + got.error());
    return nlohmann::json::parse(*got);
  }
  std::string user_token(const std::string& user) {
    put_user(user);
    return post("/v1/users/" + user + "/tokens", nlohmann::json::object()).at("access_token");
  }
  client::api_client& api() { return api_; }

private:
  void put_user(const std::string& user) {
    auto got = api_.ask_for_body({.method = "PUT", .target = "/v1/users/" + user, .body = "{}"});
    if (!got) throw std::runtime_error("PUT user: " + got.error());
  }

  client::api_client api_;
};

stage::door door_of(const std::string& url) {
  auto where = client::parse_url(url);
  if (!where) throw std::runtime_error("the info file has no URL: " + url);
  return {where->host, static_cast<std::uint16_t>(std::stoul(where->port))};
}

std::string person(std::size_t room, unsigned member) {
  return "load-" + std::to_string(room) + "-" + std::to_string(member);
}

stage::room make_room(maker& make, unsigned number, unsigned members) {
  nlohmann::json people = nlohmann::json::array();
  for (unsigned m = 0; m < members; ++m)
    people.push_back(person(number, m));
  stage::room out;
  out.author = person(number, 0);
  out.conversation =
    make.post("/v1/conversations", {{"type", "group"}, {"members", people}}).at("conversation_id");
  return out;
}

/// Members after the author, in the conversations that are read.
void add_listeners(maker& make, const options& how, std::vector<stage::room>& rooms) {
  auto read = how.readers == 0 ? rooms.size() : std::min<std::size_t>(how.readers, rooms.size());
  for (std::size_t i = 0; i < read; ++i) {
    auto number = i * rooms.size() / read;
    for (unsigned member = 1; member <= how.listeners; ++member)
      rooms[number].reader_tokens.push_back(make.user_token(person(number, member)));
  }
}

} // namespace

stage set_up(const options& how, const nlohmann::json& info) {
  auto api =
    client::api_client::make({info.at("url"), info.at("client_id"), info.at("client_secret")});
  if (!api) throw std::runtime_error(api.error());
  maker make{std::move(*api)};
  stage out;
  for (const auto& node : info.at("nodes"))
    out.doors.push_back(door_of(node.at("url")));
  auto token = make.api().token();
  if (!token) throw std::runtime_error(token.error());
  out.token = *token;
  if (how.rows) {
    auto client = client_id::parse(info.at("client_id").get<std::string>());
    if (!client) throw std::runtime_error("the info file has no client_id");
    out.rooms =
      write_rows(info.at("postgres").at("dsn"), *client,
                 {how.conversations, how.members, how.history, how.text_bytes},
                 [](const std::string& far) { std::fprintf(stderr, "  %s\n", far.c_str()); });
  }
  for (unsigned i = 0; !how.implicit && !how.rows && i < how.conversations; ++i)
    out.rooms.push_back(make_room(make, i, how.members));
  if (how.receive) add_listeners(make, how, out.rooms);
  for (unsigned i = 0; i < how.idle_sockets; ++i)
    out.idle_tokens.push_back(make.user_token("idle-" + std::to_string(i)));
  return out;
}

} // namespace recado::load
