/// Three NATS servers, the command stream three times; its leader is killed and planned away under
/// load. Callers see nothing of it.
#include "runtime/bus/jetstream.hpp"
#include "tests/e2e/steady.hpp"
#include "tests/worlds/nats_cluster.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <thread>

namespace recado::e2e {
namespace {

using nlohmann::json;

struct wired {
  worlds::nats_cluster nats;
  world one{
    {.arguments = {"--nodes", "3"},
     .environment = {"RECADO__BUS__URLS=" + nats.urls(), "RECADO__BUS__STREAM_REPLICAS=3"}}};

  /// What the server says about the command stream; null while nobody leads it.
  json stream() const {
    bus::bus_config to;
    to.urls.clear();
    for (std::size_t i = 0; i < worlds::nats_cluster::servers; ++i)
      to.urls.push_back(nats.at(i).url());
    auto link = bus::connection::connect(to);
    if (!link) return {};
    auto got = (*link)->request_wait("$JS.API.STREAM.INFO.recado-CMD-g1", {}, 2s);
    if (!got) return {};
    auto info = json::parse(got->data);
    return info.contains("cluster") ? info : json{};
  }
  std::string leader() const {
    auto info = stream();
    return info.is_object() ? info["cluster"].value("leader", "") : "";
  }
  /// All three copies are there and up to date.
  bool whole() const {
    auto info = stream();
    if (!info.is_object() || info["config"]["num_replicas"] != 3) return false;
    std::size_t current = 0;
    for (const auto& each : info["cluster"].value("replicas", json::array()))
      current += each.value("current", false) ? 1 : 0;
    return current == 2 && info["cluster"].contains("leader");
  }
  /// And every lane is read.
  bool settled() const {
    if (!whole()) return false;
    auto got = one.admin().ask_for_body({.target = "/v1/cluster"});
    if (!got) return false;
    auto all = json::parse(*got).at("partitions");
    return std::all_of(all.begin(), all.end(), [](const json& each) {
      return each.at("state") == "owned" && each.at("lag").is_object();
    });
  }
};

void judge(const steady_report& report, const ledger& book, client::api_client& api) {
  BOOST_TEST(report.done > 1000u);
  BOOST_TEST(report.failed == 0u);
  // 202: what was published while nobody led the stream took the inbox. 503: what was in the stream
  // when its reader's consumer went, now and then.
  BOOST_TEST(report.other_than({201, 202, 503}) == 0u);
  BOOST_TEST(report.other_than({201, 202}) * 100 < report.done);
  std::vector<std::string> wrong;
  BOOST_TEST(wait_until(
    [&] {
      wrong = book.check(api);
      return wrong.empty();
    },
    20s));
  for (const auto& each : wrong)
    BOOST_ERROR(each);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_leader_of_the_stream_is_killed_and_no_call_fails) {
  wired here;
  BOOST_REQUIRE(wait_until([&] { return here.settled(); }, 90s));
  auto api = here.one.api();
  ledger book{api, 12, 100'000};
  auto report = steady_load(here.one, book, 40, [&] {
    std::this_thread::sleep_for(2s);
    auto led = here.leader();
    here.nats.named(led).kill();
    BOOST_TEST_MESSAGE("killed " << led);
    wait_until([&] { return !here.leader().empty() && here.leader() != led; }, 30s);
    std::this_thread::sleep_for(5s);
    here.nats.named(led).start();
    // Whether it catches up is NATS's affair: our callers must not notice either way.
    bool whole = wait_until([&] { return here.whole(); }, 30s);
    BOOST_TEST_MESSAGE((whole ? "the three are whole again" : "NATS is not whole after 30 s"));
  });
  judge(report, book, api);
}

BOOST_AUTO_TEST_CASE(the_leader_steps_down_before_a_planned_stop) {
  wired here;
  BOOST_REQUIRE(wait_until([&] { return here.settled(); }, 90s));
  auto api = here.one.api();
  ledger book{api, 12, 100'000};
  auto report = steady_load(here.one, book, 40, [&] {
    for (std::size_t i = 0; i < worlds::nats_cluster::servers; ++i) {
      std::this_thread::sleep_for(1s);
      here.nats.at(i).retire();
      here.nats.at(i).start();
      wait_until([&] { return here.whole(); }, 60s);
    }
  });
  judge(report, book, api);
}

} // namespace recado::e2e
