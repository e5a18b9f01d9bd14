#include "schemas/partition.hpp"
#include "schemas/uuid.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace recado;

BOOST_AUTO_TEST_SUITE(ids)

BOOST_AUTO_TEST_CASE(text_reads_back_in_either_case) {
  auto id = uuid::parse("018F0000-AbCd-7000-8000-0123456789ab");
  BOOST_REQUIRE(id);
  BOOST_TEST(id->str() == "018f0000-abcd-7000-8000-0123456789ab");
}

BOOST_AUTO_TEST_CASE(what_is_no_uuid_is_refused) {
  for (auto bad : {"", "018f0000abcd700080000123456789ab", "018f0000-abcd-7000-8000-0123456789a",
                   "018f0000-abcd-7000-8000-0123456789abc", "018f0000-abcd-7000-8000_0123456789ab",
                   "g18f0000-abcd-7000-8000-0123456789ab"})
    BOOST_TEST(!uuid::parse(bad));
}

BOOST_AUTO_TEST_CASE(version_7_increases_strictly_and_carries_its_version) {
  auto last = uuid::v7();
  for (int i = 0; i < 20'000; ++i) {
    auto next = uuid::v7();
    BOOST_REQUIRE((next > last));
    BOOST_REQUIRE(next.bytes[6] >> 4 == 7);
    BOOST_REQUIRE(next.bytes[8] >> 6 == 2);
    last = next;
  }
}

BOOST_AUTO_TEST_CASE(version_5_agrees_with_rfc_9562) {
  // RFC 9562, appendix A.4: the DNS namespace and www.example.com
  auto dns = uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  BOOST_TEST(uuid::v5(*dns, "www.example.com").str() == "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

BOOST_AUTO_TEST_CASE(user_ids_are_1_to_128_of_the_allowed_characters) {
  BOOST_TEST(user_id::valid("ana.maria+1@example.org:x_y-z"));
  BOOST_TEST(!user_id::valid(""));
  BOOST_TEST(!user_id::valid("ana maria"));
  BOOST_TEST(!user_id::valid("joão"));
  BOOST_TEST(user_id::valid(std::string(128, 'a')));
  BOOST_TEST(!user_id::valid(std::string(129, 'a')));
}

BOOST_AUTO_TEST_CASE(the_partition_hash_is_pinned) {
  auto client = *client_id::parse("00000000-0000-7000-8000-000000000001");
  auto conversation = *conversation_id::parse("00000000-0000-7000-8000-000000000002");
  BOOST_TEST(partition_of(client, conversation, 64) == 28);
}

BOOST_AUTO_TEST_CASE(partitions_are_evenly_filled) {
  auto client = client_id::make();
  std::array<int, 64> count{};
  for (int i = 0; i < 64'000; ++i)
    ++count[partition_of(client, conversation_id::make(), 64)];
  for (int n : count)
    BOOST_TEST((n > 800 && n < 1200));
}

BOOST_AUTO_TEST_SUITE_END()
