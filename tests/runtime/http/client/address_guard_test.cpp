#include "runtime/http/client/address_guard.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::http::client_test {

BOOST_AUTO_TEST_SUITE(addresses)

bool allows(const std::vector<std::string>& allowed, const char* address) {
  auto parsed = parse_ip(address);
  BOOST_REQUIRE_MESSAGE(parsed, address);
  return address_guard::make(allowed)->allows(*parsed);
}

BOOST_AUTO_TEST_CASE(only_public_addresses_may_be_called) {
  for (const auto* inside : {"0.0.0.0",
                             "0.1.2.3",
                             "10.0.0.1",
                             "10.255.255.255",
                             "100.64.0.1",
                             "100.127.255.255",
                             "127.0.0.1",
                             "127.255.255.255",
                             "169.254.0.1",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.1",
                             "192.0.2.1",
                             "192.88.99.1",
                             "192.168.0.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "198.51.100.1",
                             "203.0.113.1",
                             "224.0.0.1",
                             "239.255.255.255",
                             "240.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::7f00:1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.0.0.1",
                             "::ffff:169.254.169.254",
                             "64:ff9b::7f00:1",
                             "64:ff9b::a9fe:a9fe",
                             "64:ff9b:1::1",
                             "100::1",
                             "2001::1",
                             "2001:db8::1",
                             "2001:10::1",
                             "2002:7f00:1::",
                             "2002:a00:1::1",
                             "3fff::1",
                             "4000::1",
                             "fc00::1",
                             "fd12:3456::1",
                             "fe80::1",
                             "fec0::1",
                             "ff02::1",
                             "5f00::1"})
    BOOST_TEST(!allows({}, inside), inside);
  for (const auto* outside :
       {"1.1.1.1",        "9.255.255.255",    "11.0.0.1",        "100.63.255.255",
        "100.128.0.1",    "126.1.1.1",        "128.0.0.1",       "169.253.1.1",
        "172.15.0.1",     "172.32.0.1",       "192.0.1.1",       "192.167.1.1",
        "192.169.0.1",    "198.17.0.1",       "198.20.0.1",      "223.255.255.255",
        "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2606:4700::1111",
        "2a00:1450::1",   "2001:4860::1"})
    BOOST_TEST(allows({}, outside), outside);
}

BOOST_AUTO_TEST_CASE(the_operator_allows_ranges_by_name_or_as_cidr) {
  BOOST_TEST(allows({"loopback"}, "127.0.0.1"));
  BOOST_TEST(allows({"loopback"}, "::1"));
  BOOST_TEST(allows({"loopback"}, "::ffff:127.0.0.1"));
  BOOST_TEST(!allows({"loopback"}, "10.0.0.1"));
  BOOST_TEST(!allows({"loopback"}, "169.254.169.254"));
  BOOST_TEST(allows({"private"}, "172.20.0.1"));
  BOOST_TEST(allows({"private"}, "fd00::1"));
  BOOST_TEST(!allows({"private"}, "127.0.0.1"));
  BOOST_TEST(allows({"link_local"}, "fe80::1"));
  BOOST_TEST(allows({"10.1.0.0/16"}, "10.1.2.3"));
  BOOST_TEST(allows({"10.1.0.0/16"}, "::ffff:10.1.2.3"));
  BOOST_TEST(!allows({"10.1.0.0/16"}, "10.2.0.1"));
  BOOST_TEST(allows({"fd00:1::/33"}, "fd00:1:7fff::1"));
  BOOST_TEST(!allows({"fd00:1::/33"}, "fd00:1:8000::1"));
  for (const auto* wrong : {"", "everything", "10.0.0.0", "10.0.0.0/33", "fd00::/129", "10.0.0.0/x",
                            "10.0.0/8", "10.0.0.0/8 "})
    BOOST_TEST(!address_guard::make({wrong}).has_value(), wrong);
}

BOOST_AUTO_TEST_CASE(an_address_is_written_as_people_know_it) {
  BOOST_TEST(to_text(*parse_ip("::ffff:10.0.0.1")) == "10.0.0.1");
  BOOST_TEST(to_text(*parse_ip("FE80::1")) == "fe80::1");
  BOOST_TEST(!parse_ip("10.1").has_value());
  BOOST_TEST(!parse_ip("0x7f.1").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::http::client_test
