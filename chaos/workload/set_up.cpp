#include "chaos/workload/scene.hpp"
#include "node/client/api_client.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

namespace recado::chaos {
namespace {

using nlohmann::json;

constexpr micros first_token_for = 30'000'000; ///< its life is not known yet; then it is renewed
constexpr micros no_token = std::numeric_limits<micros>::max();
constexpr std::size_t stream_rooms_max = 20;
constexpr std::size_t rooms_per_session = 10;
constexpr std::size_t sessions_max = 50;
constexpr std::size_t author_is_person_every = 5;

class maker {
public:
  maker(scene& in, client::api_client api)
    : in_(in),
      api_(std::move(api)),
      run_(uuid::v7().str().substr(28)) {}

  json post(const std::string& target, const json& body) {
    for (int tries = 1;; ++tries) {
      auto got = api_.ask_for_body({.method = "POST", .target = target, .body = body.dump()});
      if (got) return json::parse(*got);
      if (tries == 10) throw std::runtime_error("POST " + target + ": " + got.error());
      std::this_thread::sleep_for(std::chrono::milliseconds{300}); // it may be coming up
    }
  }

  /// A name of this run only: the database may have seen others.
  std::size_t add_person(const std::string& name) {
    in_.tokens.push_back({run_ + "-" + name, "", no_token});
    return in_.tokens.size() - 1;
  }
  void give_token(std::size_t person) {
    auto& one = in_.tokens[person];
    one.value = post("/v1/users/" + one.user + "/tokens", json::object()).at("access_token");
    one.renew_at = in_.clock.now() + first_token_for;
  }
  audience add_audience(const char* kind, std::size_t number) {
    auto name = fmt::format("{}-{}", kind, number);
    return {name, add_person(name), {}};
  }

private:
  scene& in_;
  client::api_client api_;
  const std::string run_;
};

void cast_people(scene& in, maker& make) {
  const std::size_t rooms = in.how.conversations;
  const std::size_t readers = std::max(in.how.receivers, 1u);
  auto sessions = std::clamp<std::size_t>(rooms / rooms_per_session, 1, sessions_max);
  for (std::size_t i = 0; i < readers; ++i)
    in.readers.push_back(make.add_audience("reader", i));
  for (std::size_t i = 0; i < sessions; ++i)
    in.sessions.push_back(make.add_audience("session", i));
  in.streams.push_back(make.add_audience("stream", 0));
  for (std::size_t i = 0; i < rooms; ++i) {
    in.rooms.push_back({{}, make.add_person(fmt::format("author-{}", i))});
    in.sessions[i % sessions].rooms.push_back(i);
    if (readers <= rooms) in.readers[i % readers].rooms.push_back(i);
    if (i < stream_rooms_max) in.streams[0].rooms.push_back(i);
  }
  for (std::size_t i = 0; readers > rooms && i < readers; ++i)
    in.readers[i].rooms.push_back(i % rooms);
}

void make_rooms(scene& in, maker& make) {
  std::vector<json> members(in.rooms.size(), json::array());
  std::vector<std::vector<std::string>> heard_by(in.rooms.size());
  for (std::size_t i = 0; i < in.rooms.size(); ++i)
    members[i].push_back(in.author(i));
  auto join = [&](const std::vector<audience>& all, bool hears) {
    for (const auto& one : all)
      for (auto room : one.rooms) {
        members[room].push_back(in.tokens[one.person].user);
        if (hears) heard_by[room].push_back(one.name);
      }
  };
  join(in.sessions, false);
  join(in.readers, true);
  join(in.streams, true);
  for (std::size_t i = 0; i < in.rooms.size(); ++i) {
    auto made = make.post("/v1/conversations", {{"type", "group"}, {"members", members[i]}});
    auto id = conversation_id::parse(made.at("conversation_id").get<std::string>());
    if (!id) throw std::runtime_error("a conversation got an id that is no UUID");
    in.rooms[i].id = *id;
    in.records.note(room_record{in.clock.now(), *id, heard_by[i]});
  }
}

endpoint endpoint_of(const std::string& url) {
  auto where = client::parse_url(url);
  if (!where || where->tls) throw std::runtime_error("http://HOST:PORT was expected, not " + url);
  return {where->host, static_cast<std::uint16_t>(std::stoul(where->port))};
}

} // namespace

void set_up(scene& in) {
  if (in.how.urls.empty()) throw std::runtime_error("a workload needs the URL of a node");
  if (in.how.conversations == 0) throw std::runtime_error("a workload needs a conversation");
  for (const auto& url : in.how.urls)
    in.nodes.push_back(endpoint_of(url));
  auto api =
    client::api_client::make({in.how.urls.front(), in.how.client_id, in.how.client_secret});
  if (!api) throw std::runtime_error(api.error());
  auto token = api->token();
  if (!token) throw std::runtime_error(token.error());
  auto client = client_id::parse(in.how.client_id);
  if (!client) throw std::runtime_error("the client's id is no UUID");
  in.records.note(run_record{in.clock.now(), *client, in.how.seed, in.how.urls});
  in.tokens.push_back({"", *token, in.clock.now() + first_token_for});
  maker make{in, std::move(*api)};
  cast_people(in, make);
  make_rooms(in, make);
  for (const auto* all : {&in.readers, &in.sessions, &in.streams})
    for (const auto& one : *all)
      make.give_token(one.person);
  for (std::size_t i = 0; i < in.rooms.size(); i += author_is_person_every)
    make.give_token(in.rooms[i].author);
}

} // namespace recado::chaos
