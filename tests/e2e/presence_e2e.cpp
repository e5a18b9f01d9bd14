/// People on two nodes see each other come and go, also when one of the nodes is killed; and the
/// trace of what they said.
#include "schemas/time.hpp"
#include "tests/e2e/cluster.hpp"

#include <csignal>
#include <fmt/format.h>

namespace recado::e2e {
namespace {

/// The next frame of this type that says so.
bool hears(client::web_socket& socket, const std::string& type,
           const std::function<bool(const nlohmann::json&)>& says, milliseconds limit = 30s) {
  return wait_until(
    [&] {
      auto got = socket.receive(500ms);
      if (!got || !*got) return false;
      auto frame = nlohmann::json::parse(**got);
      return frame.at("type") == type && says(frame);
    },
    limit);
}

bool hears_presence(client::web_socket& socket, const std::string& user,
                    const std::string& status) {
  return hears(socket, "presence", [&](const nlohmann::json& frame) {
    return frame.at("user_id") == user && frame.at("status") == status;
  });
}

nlohmann::json presence_of(client::api_client& api, const std::string& user) {
  auto got = api.ask_for_body({.target = "/v1/presence?users=" + user});
  BOOST_REQUIRE(got);
  return nlohmann::json::parse(*got).at("data").at(0);
}

std::string conversation_of(client::api_client& api) {
  auto got = api.ask_for_body({.method = "POST",
                               .target = "/v1/conversations",
                               .body = R"({"type":"group","members":["ana","bruno"]})"});
  BOOST_REQUIRE(got);
  return nlohmann::json::parse(*got).at("conversation_id");
}

} // namespace

BOOST_AUTO_TEST_CASE(people_on_two_nodes_see_each_other_and_the_death_of_a_node) {
  cluster here{"2"};
  auto nodes = here.nodes();
  BOOST_REQUIRE(nodes.size() == 2u);
  auto first = here.api(nodes[0]), second = here.api(nodes[1]);
  (void)conversation_of(first);
  auto ana = socket_of(first, nodes[0], "ana");
  BOOST_TEST(presence_of(second, "bruno").at("status") == "offline");
  auto bruno = socket_of(second, nodes[1], "bruno");
  BOOST_REQUIRE(hears_presence(ana, "bruno", "online"));
  BOOST_TEST(presence_of(first, "bruno").at("status") == "online");
  BOOST_TEST(wait_until([&] { return presence_of(second, "ana").at("status") == "online"; }, 30s));
  BOOST_REQUIRE(bruno.send(R"({"type":"presence","id":"1","status":"away"})"));
  BOOST_REQUIRE(hears(bruno, "ack", [](const auto& frame) { return frame.at("id") == "1"; }));
  BOOST_REQUIRE(hears_presence(ana, "bruno", "away"));

  ::kill(nodes[1].pid, SIGKILL);
  BOOST_REQUIRE(hears_presence(ana, "bruno", "offline"));
  auto gone = presence_of(first, "bruno");
  BOOST_TEST(gone.at("status") == "offline");
  BOOST_TEST(gone.at("last_seen").is_string());
  BOOST_TEST(presence_of(first, "ana").at("status") == "online");
  BOOST_TEST(presence_of(first, "nobody").at("last_seen").is_null());
}

BOOST_AUTO_TEST_CASE(a_trace_tells_where_a_message_was_and_when_it_was_committed) {
  world here;
  auto api = here.api();
  auto where = conversation_of(api);
  constexpr auto traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  auto body = fmt::format(
    R"({{"conversation_id":"{}","from":"ana","payload":{{"type":"text","text":"x"}}}})", where);
  auto sent = api.ask_for_body({.method = "POST",
                                .target = "/v1/messages",
                                .body = body,
                                .headers = {{"traceparent", traceparent}}});
  BOOST_REQUIRE(sent);
  std::string id = nlohmann::json::parse(*sent).at("message_id");
  auto got = api.ask_for_body({.target = "/v1/messages/" + id + "/trace"});
  BOOST_REQUIRE(got);
  auto trace = nlohmann::json::parse(*got);
  BOOST_TEST(trace.at("message_id") == id);
  BOOST_TEST(trace.at("conversation_id") == where);
  BOOST_TEST(trace.at("trace_id") == "0af7651916cd43dd8448eb211c80319c");
  BOOST_TEST(trace.at("seq") == 1);
  BOOST_TEST(trace.at("node") == "n1");
  BOOST_TEST(trace.at("epoch").get<int>() >= 1);
  BOOST_TEST(trace.at("committed_at").is_string());
  for (auto wait : {"wire", "mailbox", "commit"})
    BOOST_TEST(trace.at("waits_ms").at(wait).get<double>() >= 0);
  // Two clocks: the node's is an estimate of PostgreSQL's that errs by half a round trip.
  auto received = parse_rfc3339(trace.at("received_at").get<std::string>());
  auto committed = parse_rfc3339(trace.at("committed_at").get<std::string>());
  BOOST_REQUIRE((received && committed));
  BOOST_TEST((*received <= *committed + 100ms));
  const auto& deliveries = trace.at("deliveries");
  BOOST_REQUIRE(deliveries.size() == 1u); // bruno's, in the application
  BOOST_TEST(deliveries[0].at("attempts").at(0).at("status") == "sent");
  BOOST_TEST(here.admin().ask({.target = "/v1/messages/" + id + "/trace"})->status == 404);
}

} // namespace recado::e2e
