/// Three nodes on one machine: they share the work, hear each other, and one of them dies.
#include "tests/e2e/cluster.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fmt/format.h>
#include <set>

namespace recado::e2e {
namespace {

constexpr int partitions = 64;

/// What the node's metrics say; -1 if it does not answer.
int owned_by(const one_node& node) {
  client::http_client http{*client::parse_url(node.url)};
  auto got = http.ask({.target = "/metrics"}, 2s);
  if (!got || got->status != 200) return -1;
  auto at = got->body.find("\nrecado_partitions_owned ");
  return at == std::string::npos ? -1 : std::stoi(got->body.substr(at + 25));
}

bool shared_evenly(const std::vector<one_node>& nodes) {
  int sum = 0;
  for (const auto& node : nodes) {
    auto owned = owned_by(node);
    auto least = partitions / static_cast<int>(nodes.size());
    if (owned < least || owned > least + 1) return false;
    sum += owned;
  }
  return sum == partitions;
}

nlohmann::json text_to(const std::string& reader, int n) {
  return {{"message_id", fmt::format("00000000-0000-4000-8000-{:012}", n)},
          {"from", "ana"},
          {"to", {reader}},
          {"payload", {{"type", "text"}, {"text", fmt::format("message {}", n)}}}};
}

/// As a good client would: the same message again until it is accepted.
bool send(client::api_client& api, const nlohmann::json& what) {
  return wait_until(
    [&] {
      auto got = api.ask({.method = "POST", .target = "/v1/messages", .body = what.dump()});
      return got && (got->status == 201 || got->status == 202);
    },
    30s);
}

std::vector<std::int64_t> seqs_of(client::api_client& api, const std::string& reader) {
  std::vector<std::int64_t> out;
  auto list = api.ask({.target = "/v1/conversations?type=direct&user_id=" + reader});
  if (!list || list->status != 200) return out;
  auto id = nlohmann::json::parse(list->body).at("data").at(0).at("conversation_id");
  auto got = api.ask({.target = fmt::format("/v1/conversations/{}/messages?since_seq=0&limit=1000",
                                            id.get<std::string>())});
  if (!got || got->status != 200) return out;
  auto page = nlohmann::json::parse(got->body);
  for (const auto& message : page.at("data"))
    out.push_back(message.at("seq"));
  return out;
}

/// The texts of `count` message frames, in their order; fewer if they do not come in time.
std::vector<std::string> hear(client::web_socket& socket, std::size_t count, milliseconds limit) {
  std::vector<std::string> out;
  wait_until(
    [&] {
      auto got = socket.receive(500ms);
      if (!got || !*got) return false;
      auto frame = nlohmann::json::parse(**got);
      if (frame.at("type") == "message")
        out.push_back(frame.at("message").at("payload").at("text"));
      return out.size() == count;
    },
    limit);
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(three_nodes_share_the_work_hear_each_other_and_go_on_without_one) {
  cluster here;
  auto nodes = here.nodes();
  BOOST_REQUIRE(nodes.size() == 3u);
  BOOST_REQUIRE(wait_until([&] { return shared_evenly(nodes); }, 60s));

  // Any node takes any message, and any node tells about it.
  auto first = here.api(nodes[0]);
  auto third = here.api(nodes[2]);
  constexpr int readers = 12;
  std::vector<client::web_socket> sockets;
  sockets.reserve(readers);
  for (int i = 0; i < readers; ++i)
    sockets.push_back(socket_of(first, nodes[i % 2 == 0 ? 0 : 2], fmt::format("reader-{}", i)));
  for (int n = 0; n < 10 * readers; ++n)
    BOOST_REQUIRE(
      send(n % 2 == 0 ? first : third, text_to(fmt::format("reader-{}", n % readers), n)));
  for (int i = 0; i < readers; ++i) {
    auto heard = hear(sockets[static_cast<std::size_t>(i)], 10, 20s);
    BOOST_REQUIRE_MESSAGE(heard.size() == 10u, "reader-" << i << " heard " << heard.size());
    for (int k = 0; k < 10; ++k)
      BOOST_TEST(heard[static_cast<std::size_t>(k)] == fmt::format("message {}", i + k * readers));
  }

  // The second one dies; its conversations go on elsewhere, and nobody hears anything twice.
  ::kill(nodes[1].pid, SIGKILL);
  for (int n = 10 * readers; n < 20 * readers; ++n)
    BOOST_REQUIRE(
      send(n % 2 == 0 ? first : third, text_to(fmt::format("reader-{}", n % readers), n)));
  for (int i = 0; i < readers; ++i) {
    auto heard = hear(sockets[static_cast<std::size_t>(i)], 10, 20s);
    BOOST_REQUIRE_MESSAGE(heard.size() == 10u, "reader-" << i << " heard " << heard.size());
    BOOST_TEST((std::set<std::string>(heard.begin(), heard.end()).size() == 10u));
    auto seqs = seqs_of(third, fmt::format("reader-{}", i));
    BOOST_REQUIRE(seqs.size() == 20u);
    for (std::size_t k = 0; k < seqs.size(); ++k)
      BOOST_TEST(seqs[k] == static_cast<std::int64_t>(k + 1));
  }
  std::vector<one_node> left{nodes[0], nodes[2]};
  BOOST_TEST(wait_until([&] { return shared_evenly(left); }, 60s));
  BOOST_TEST(here.all.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_drained_node_stays_owns_nothing_and_nobody_notices) {
  cluster here;
  auto nodes = here.nodes();
  BOOST_REQUIRE(wait_until([&] { return shared_evenly(nodes); }, 60s));
  auto admin = here.all.admin();
  auto ask = [&](const std::string& node, const char* what) {
    auto got =
      admin.ask({.method = "POST", .target = fmt::format("/v1/cluster/nodes/{}/{}", node, what)});
    return got ? got->status : 0;
  };
  auto state_of = [&](std::size_t which) {
    auto got = admin.ask_for_body({.target = "/v1/cluster"});
    BOOST_REQUIRE(got);
    auto all = nlohmann::json::parse(*got);
    BOOST_TEST(all.at("partitions").size() == static_cast<std::size_t>(partitions));
    return all.at("nodes").at(which).at("state").get<std::string>();
  };
  BOOST_TEST(state_of(1) == "live");
  BOOST_TEST(ask("n9", "drain") == 404);
  BOOST_TEST(ask("n2", "drain") == 202);
  BOOST_TEST(ask("n2", "drain") == 202);

  // The drained node still takes requests; what it takes is decided elsewhere.
  auto second = here.api(nodes[1]);
  for (int n = 0; n < 300; ++n) {
    auto got = second.ask({.method = "POST",
                           .target = "/v1/messages",
                           .body = text_to(fmt::format("reader-{}", n % 30), n).dump()});
    BOOST_REQUIRE(got);
    BOOST_REQUIRE_MESSAGE(got->status == 201, "message " << n << ": " << got->status);
  }
  BOOST_TEST(wait_until([&] { return state_of(1) == "drained"; }, 30s));
  BOOST_TEST(owned_by(nodes[1]) == 0);

  BOOST_TEST(ask("n1", "drain") == 202);
  BOOST_TEST(ask("n3", "drain") == 409); // somebody must serve
  BOOST_TEST(ask("n1", "undrain") == 200);
  BOOST_TEST(ask("n2", "undrain") == 200);
  BOOST_TEST(wait_until([&] { return shared_evenly(nodes); }, 60s));
}

} // namespace recado::e2e
