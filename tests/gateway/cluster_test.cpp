#include "gateway/shapes/cluster.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace recado;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(the_shape_of_the_cluster)

BOOST_AUTO_TEST_CASE(shows_nodes_partitions_and_moves) {
  using partition_state = cluster_record::partition_state;
  cluster_record all;
  all.nodes.push_back({"n1", 3, cluster_record::node_state::live, "http://h:1", "0.1", 22, 80});
  all.nodes.push_back({"n2", 1, cluster_record::node_state::drained, "", "", 0, std::nullopt});
  all.partitions.push_back(
    {17, "n1", "", 42, partition_state::owned, std::array<std::int64_t, 3>{1, 2, 3}, 4, {}, {}});
  all.partitions.push_back({18, "", "n2", 7, partition_state::moving, std::nullopt, 0, {}, "n1"});
  all.partitions.push_back({19, "", "", 9, partition_state::quarantined, std::nullopt, 3, {}, {}});
  auto got = json::parse(shapes::cluster_body(all));
  BOOST_TEST(got["nodes"][0]["state"] == "live");
  BOOST_TEST(got["nodes"][0]["heartbeat_age_ms"] == 80);
  BOOST_TEST(got["nodes"][1]["heartbeat_age_ms"].is_null());
  BOOST_TEST(got["partitions"][0]["lag"]["bulk"] == 3);
  BOOST_TEST(got["partitions"][1]["lag"].is_null());
  BOOST_TEST(got["partitions"][1]["owner"].is_null());
  BOOST_TEST(got["moves"].size() == 1u);
  BOOST_TEST(got["moves"][0]["partition"] == 18);
  BOOST_TEST(got["moves"][0]["to"] == "n2");
  BOOST_TEST(got["moves"][0]["from"] == "n1");
  BOOST_TEST(got["partitions"][2]["state"] == "quarantined");
}

BOOST_AUTO_TEST_SUITE_END()
