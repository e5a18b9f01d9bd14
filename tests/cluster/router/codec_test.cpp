#include "cluster/router/beacon.hpp"
#include "cluster/router/reply_batch.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;

BOOST_AUTO_TEST_SUITE(router_codecs)

BOOST_AUTO_TEST_CASE(a_beacon_survives_the_wire) {
  beacon one{"node-1", 1'790'000'000'000'000, {0, 17, 63, 65'535}};
  BOOST_TEST((decode_beacon(encode(one)).value() == one));
  BOOST_TEST((decode_beacon(encode(beacon{})).value() == beacon{}));
}

BOOST_AUTO_TEST_CASE(a_beacon_may_say_that_its_node_serves_nothing) {
  beacon one{"n", 1, {2}, false};
  BOOST_TEST((decode_beacon(encode(one)).value() == one));
}

BOOST_AUTO_TEST_CASE(what_a_newer_version_adds_does_not_say_that_its_node_serves_nothing) {
  beacon one{"n", 1, {2}};
  BOOST_TEST((decode_beacon(encode(one) + '\1').value() == one));
}

BOOST_AUTO_TEST_CASE(a_beacon_of_an_old_node_that_says_nothing_about_it_serves) {
  beacon one{"n", 1, {2}};
  auto bytes = encode(one);
  bytes.pop_back();
  BOOST_TEST((decode_beacon(bytes).value() == one));
}

BOOST_AUTO_TEST_CASE(a_longer_beacon_of_a_newer_version_is_understood) {
  beacon one{"n", 1, {2}};
  auto bytes = encode(one) + "more";
  bytes[0] = 9;
  BOOST_TEST((decode_beacon(bytes).value() == one));
}

BOOST_AUTO_TEST_CASE(a_cut_beacon_is_none) {
  auto bytes = encode(beacon{"node-1", 7, {1, 2, 3}});
  for (std::size_t n = 0; n < bytes.size() - 1; ++n) // the last byte is new
    BOOST_TEST(!decode_beacon(std::string_view{bytes}.substr(0, n)).has_value());
}

BOOST_AUTO_TEST_CASE(replies_share_messages_up_to_the_limit) {
  std::vector<reply> replies;
  for (int i = 0; i < 100; ++i) {
    replies.push_back(refuse(command_id::make(), ec::none, std::string(50, 'x')));
    replies.back().seq = i;
  }
  auto messages = encode_replies(replies, 1000);
  BOOST_TEST(messages.size() > 5u);
  std::int64_t seq = 0;
  for (const auto& bytes : messages) {
    BOOST_TEST(bytes.size() <= 1000u);
    auto read = decode_replies(bytes);
    BOOST_REQUIRE(read.has_value());
    for (const auto& one : *read)
      BOOST_TEST(one.seq == seq++);
  }
  BOOST_TEST(seq == 100);
  BOOST_TEST(encode_replies(replies).size() == 1u);
  BOOST_TEST(encode_replies({}).empty());
}

BOOST_AUTO_TEST_CASE(a_reply_above_the_limit_goes_alone) {
  std::vector<reply> replies(3, refuse(command_id::make(), ec::internal, std::string(500, 'x')));
  BOOST_TEST(encode_replies(replies, 100).size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_cut_batch_is_malformed) {
  std::vector<reply> replies(2, refuse(command_id::make(), ec::none));
  auto bytes = encode_replies(replies).at(0);
  for (std::size_t n = 1; n < bytes.size(); ++n)
    if (n != bytes.size() / 2) // that is the first one alone
      BOOST_TEST(!decode_replies(std::string_view{bytes}.substr(0, n)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
