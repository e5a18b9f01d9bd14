#include "chaos/load/setup.hpp"

#include "node/client/api_client.hpp"

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

} // namespace

stage set_up(const options& how, const nlohmann::json& info) {
  auto api =
    client::api_client::make({info.at("url"), info.at("client_id"), info.at("client_secret")});
  if (!api) throw std::runtime_error(api.error());
  maker make{std::move(*api)};
  stage out;
  out.host = make.api().where().host;
  out.port = static_cast<std::uint16_t>(std::stoul(make.api().where().port));
  auto token = make.api().token();
  if (!token) throw std::runtime_error(token.error());
  out.token = *token;
  auto people = [](unsigned room, unsigned i) {
    return "load-" + std::to_string(room) + "-" + std::to_string(i);
  };
  for (unsigned i = 0; !how.implicit && i < how.conversations; ++i) {
    nlohmann::json members = nlohmann::json::array();
    for (unsigned m = 0; m < how.members; ++m)
      members.push_back(people(i, m));
    stage::room room;
    room.author = people(i, 0);
    room.conversation = make.post("/v1/conversations", {{"type", "group"}, {"members", members}})
                          .at("conversation_id");
    if (how.receive) room.reader_token = make.user_token(people(i, 1));
    out.rooms.push_back(std::move(room));
  }
  for (unsigned i = 0; i < how.idle_sockets; ++i)
    out.idle_tokens.push_back(make.user_token("idle-" + std::to_string(i)));
  return out;
}

} // namespace recado::load
