#include "cluster/reader/consumer_name.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::cluster;

BOOST_AUTO_TEST_SUITE(consumer_name_suite)

BOOST_AUTO_TEST_CASE(a_name_says_whose_consumer_it_is) {
  consumer_name name{{17, lane::standard, 42}, 3};
  BOOST_TEST(name.str() == "p017-standard-e42-g3");
  auto back = consumer_name::parse(name.str());
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST(back->key.part == 17);
  BOOST_CHECK(back->key.priority == lane::standard);
  BOOST_TEST(back->key.owned == 42);
  BOOST_TEST(back->number == 3u);
}

BOOST_AUTO_TEST_CASE(other_names_are_refused) {
  for (auto text : {"", "p017", "p017-standard-e42", "x017-standard-e42-g3", "p017-fast-e42-g3",
                    "p017-standard-e42-gx", "p-standard-e42-g3", "p017-standard-e42-g3-more"})
    BOOST_TEST(!consumer_name::parse(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(a_delivery_says_where_it_stands) {
  for (auto text : {"$JS.ACK.c1-CMD-g1.p001-bulk-e1-g1.1.700.9.1700000000123456789.4",
                    "$JS.ACK._.hash.c1-CMD-g1.p001-bulk-e1-g1.1.700.9.1700000000123456789.4.x"}) {
    auto info = delivery_info::parse(text);
    BOOST_REQUIRE(info.has_value());
    BOOST_TEST(info->consumer == "p001-bulk-e1-g1");
    BOOST_TEST(info->stream_seq == 700);
    BOOST_TEST(info->consumer_seq == 9);
    BOOST_TEST(info->published_ns == 1'700'000'000'123'456'789);
  }
  BOOST_TEST(!delivery_info::parse("$JS.ACK.a.b.1.x.9.1.4").has_value());
  BOOST_TEST(!delivery_info::parse("_INBOX.x.1").has_value());
}

BOOST_AUTO_TEST_CASE(a_status_says_which_pull_it_ends) {
  auto inbox = pull_inbox::parse("_INBOX.abc.p001-bulk-e1-g1.12");
  BOOST_REQUIRE(inbox.has_value());
  BOOST_TEST(inbox->consumer == "p001-bulk-e1-g1");
  BOOST_TEST(inbox->pull == 12u);
  BOOST_TEST(!pull_inbox::parse("abc").has_value());
  BOOST_TEST(!pull_inbox::parse("a.b.c").has_value());
}

BOOST_AUTO_TEST_CASE(the_generation_is_part_of_every_name) {
  BOOST_TEST(stream_name("c1", 3) == "c1-CMD-g3");
  BOOST_TEST(stream_subjects("c1", 3) == "c1.cmd.3.>");
  BOOST_TEST(command_subject("c1", 3, lane::express, 17) == "c1.cmd.3.express.17");
  BOOST_TEST(generation_of("c1", "c1-CMD-g3").value() == 3);
  for (auto other : {"c2-CMD-g3", "c1-CMD-g", "c1-CMD-g0", "c1-CMD-g3x", "c1-OTHER"})
    BOOST_TEST(!generation_of("c1", other).has_value(), other);
}

BOOST_AUTO_TEST_SUITE_END()
