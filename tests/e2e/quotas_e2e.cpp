/// Messages per client and day, by real nodes: over a restart by kill -9, over several nodes, and
/// on the next day.
#include "runtime/store/connection.hpp"
#include "tests/e2e/cluster.hpp"

#include <fmt/format.h>

namespace recado::e2e {
namespace {

using nlohmann::json;

struct quota_scene {
  explicit quota_scene(int quota, std::vector<std::string> arguments = {})
    : all({.arguments = std::move(arguments),
           .environment = {"RECADO__RATES__MESSAGES_PER_DAY=" + std::to_string(quota)}}) {}

  world all;

  static std::string conversation_of(client::api_client& api) {
    auto got = api.ask_for_body({.method = "POST",
                                 .target = "/v1/conversations",
                                 .body = R"({"type":"group","members":["ana","bruno"]})"});
    BOOST_REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error()));
    return json::parse(*got).at("conversation_id");
  }
  /// By SQL, as an operator would.
  void change(std::string sql) const {
    store::connection_config out;
    out.url = all.look().dsn;
    store::connection db{out};
    auto done = db.script(sql);
    BOOST_REQUIRE_MESSAGE(done.has_value(), (done ? "" : store::describe(done.error())));
  }
};

json message_in(const std::string& where, const std::string& text) {
  return {
    {"conversation_id", where}, {"from", "ana"}, {"payload", {{"type", "text"}, {"text", text}}}};
}

client::answer post(client::api_client& api, const std::string& path, const json& body,
                    client::header_list headers = {}) {
  auto got =
    api.ask({.method = "POST", .target = path, .body = body.dump(), .headers = std::move(headers)});
  BOOST_REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error()));
  return *got;
}

std::size_t messages_of(client::api_client& api, const std::string& where) {
  auto got =
    api.ask_for_body({.target = "/v1/conversations/" + where + "/messages?since_seq=0&limit=1000"});
  BOOST_REQUIRE(got);
  return json::parse(*got).at("data").size();
}

/// How many of a bulk were answered so.
int count_of(const client::answer& bulk, int status) {
  BOOST_REQUIRE_EQUAL(bulk.status, 207);
  auto results = json::parse(bulk.body).at("results");
  int out = 0;
  for (const auto& each : results)
    out += each.at("status") == status;
  return out;
}

void check_refusal(const client::answer& got) {
  BOOST_REQUIRE_EQUAL(got.status, 429);
  auto said = json::parse(got.body);
  BOOST_TEST(said.at("code") == "rate_limited");
  BOOST_TEST(said.at("type") == "/problems/rate_limited");
  BOOST_TEST(said.at("violated-policies") == json{"daily"});
  auto wait = std::string{got.header("Retry-After")};
  BOOST_TEST((std::stoi(wait) >= 1 && std::stoi(wait) <= 86'400), wait);
  BOOST_TEST(got.header("RateLimit-Policy") == R"("daily";q=20;w=86400)");
  BOOST_TEST(got.header("RateLimit") == R"("daily";r=0;t=)" + wait);
  BOOST_TEST(got.header("X-RateLimit-Remaining") == "0");
}

} // namespace

BOOST_AUTO_TEST_CASE(a_day_is_used_once_even_if_the_node_is_killed_meanwhile) {
  quota_scene here{20};
  auto api = here.all.api();
  auto where = here.conversation_of(api);
  client::header_list once{{"Idempotency-Key", "once"}};
  BOOST_TEST(post(api, "/v1/messages", message_in(where, "first"), once).status == 201);
  BOOST_TEST(post(api, "/v1/messages", message_in(where, "first"), once).status == 201);
  for (int i = 0; i < 7; ++i) {
    auto got = post(api, "/v1/messages", message_in(where, "x"));
    BOOST_TEST(got.status == 201);
    BOOST_TEST(got.header("X-RateLimit-Limit") == "20");
  }

  auto before = here.all.look().node;
  here.all.kill_node();
  BOOST_REQUIRE(wait_until([&] { return here.all.look().node != before; }, 60s));
  here.all.wait_ready();
  api = here.all.api();
  json all = json::array();
  for (int i = 0; i < 15; ++i)
    all.push_back(message_in(where, "bulk"));
  auto bulk = post(api, "/v1/messages/bulk", {{"messages", all}});
  BOOST_TEST(count_of(bulk, 201) == 12); // one by one nothing is taken ahead, so nothing was lost
  BOOST_TEST(count_of(bulk, 429) == 3);

  check_refusal(post(api, "/v1/messages", message_in(where, "too much")));
  check_refusal(post(api, "/v1/messages/bulk", {{"messages", {message_in(where, "too much")}}}));
  BOOST_TEST(messages_of(api, where) == 20u);
  auto again = post(api, "/v1/messages", message_in(where, "first"), once);
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.header("Idempotency-Replayed") == "true");
  auto metrics = api.ask_for_body({.target = "/metrics"}).value();
  BOOST_TEST(metrics.find("recado_gateway_quota_refusals_total 5") != std::string::npos);

  here.change("update quota_day set day = day - 1"); // tomorrow
  BOOST_TEST(post(api, "/v1/messages", message_in(where, "y")).status == 201);
  BOOST_TEST(messages_of(api, where) == 21u);
}

BOOST_AUTO_TEST_CASE(two_nodes_together_accept_exactly_the_quota) {
  constexpr int quota = 150;
  quota_scene here{quota, {"--nodes", "2"}};
  auto info = json::parse(embedded::read_file(here.all.data().parent_path() / "info.json").value());
  std::vector<client::api_client> nodes;
  for (const auto& each : info.at("nodes")) {
    auto login = here.all.look();
    nodes.push_back(
      *client::api_client::make({each.at("url"), login.client_id, login.client_secret}));
  }
  BOOST_REQUIRE(nodes.size() == 2u);
  auto where = here.conversation_of(nodes[0]);
  int accepted = 0, refused = 0;
  for (int i = 0; refused < 2 && i < 2 * quota + 2; ++i) { // until both refuse, one after the other
    auto got = post(nodes[i % 2], "/v1/messages", message_in(where, "x"));
    bool over = got.status == 429;
    refused = over ? refused + 1 : 0;
    accepted += !over;
    if (!over) BOOST_TEST((got.status == 201 || got.status == 202));
  }
  BOOST_TEST(refused == 2);
  BOOST_TEST(accepted == quota);
  BOOST_TEST(wait_until([&] { return messages_of(nodes[1], where) == quota; }, 30s));
}

} // namespace recado::e2e
