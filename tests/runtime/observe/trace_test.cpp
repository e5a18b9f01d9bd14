#include "runtime/observe/trace.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <set>

using namespace recado::observe;

namespace {

const std::string ids = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
bool parses(const std::string& text) {
  return trace_context::parse(text).has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(traces)

BOOST_AUTO_TEST_CASE(a_traceparent_is_read_and_written_back) {
  auto context = trace_context::parse("00-" + ids + "-01");
  BOOST_REQUIRE(context.has_value());
  BOOST_TEST(context->trace_id_text() == "4bf92f3577b34da6a3ce929d0e0e4736");
  BOOST_TEST(context->span_id_text() == "00f067aa0ba902b7");
  BOOST_TEST(int{context->flags} == 1);
  BOOST_TEST(context->traceparent() == "00-" + ids + "-01");
}

BOOST_AUTO_TEST_CASE(a_child_keeps_the_trace_and_has_a_span_of_its_own) {
  auto parent = *trace_context::parse("00-" + ids + "-00");
  auto child = parent.child();
  BOOST_TEST((child.trace_id == parent.trace_id));
  BOOST_TEST((child.span_id != parent.span_id));
  BOOST_TEST(int{child.flags} == 0);
}

BOOST_AUTO_TEST_CASE(new_traces_are_valid_and_different) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    auto fresh = trace_context::start();
    BOOST_TEST((trace_context::parse(fresh.traceparent()) == fresh));
    BOOST_TEST(seen.insert(fresh.trace_id_text()).second);
  }
}

BOOST_AUTO_TEST_CASE(malformed_ones_are_refused) {
  BOOST_TEST(!parses(""));
  BOOST_TEST(!parses("00-" + ids));
  BOOST_TEST(!parses("00-" + ids + "-0"));
  BOOST_TEST(!parses("00-" + ids + "-0g"));
  BOOST_TEST(!parses("00_" + ids + "-01"));
  BOOST_TEST(!parses("0-" + ids + "-011"));
  BOOST_TEST(!parses("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")); // upper case
  BOOST_TEST(!parses("00-00000000000000000000000000000000-00f067aa0ba902b7-01"));
  BOOST_TEST(!parses("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"));
  BOOST_TEST(!parses("00-" + ids + "-01-extra")); // version 00 has four fields
  BOOST_TEST(!parses("ff-" + ids + "-01"));
}

BOOST_AUTO_TEST_CASE(of_an_unknown_version_the_first_four_fields_count) {
  BOOST_TEST(parses("cc-" + ids + "-01"));
  BOOST_TEST(parses("cc-" + ids + "-01-what-the-future-brings"));
  BOOST_TEST(!parses("cc-" + ids + "-01.what"));
  auto later = *trace_context::parse("cc-" + ids + "-09");
  BOOST_TEST(later.traceparent() == "00-" + ids + "-01"); // flags we do not know are not passed on
}

BOOST_AUTO_TEST_CASE(any_bytes_are_safe_to_parse) {
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    std::mt19937_64 random{seed};
    std::string text = "00-" + ids + "-01";
    for (int i = 0; i < 3; ++i)
      text[random() % text.size()] = static_cast<char>(random());
    text.resize(random() % 60);
    if (auto context = trace_context::parse(text))
      BOOST_REQUIRE((trace_context::parse(context->traceparent())->trace_id == context->trace_id));
  }
}

BOOST_AUTO_TEST_CASE(a_tracestate_is_cut_at_its_limits) {
  BOOST_TEST(bounded_tracestate(" a=1 ,, b=2,") == "a=1,b=2");
  BOOST_TEST(bounded_tracestate("") == "");
  std::string many;
  for (int i = 0; i < 40; ++i)
    many += "k" + std::to_string(i) + "=v,";
  auto bounded = bounded_tracestate(many);
  BOOST_TEST(std::count(bounded.begin(), bounded.end(), ',') == 31);
  BOOST_TEST(bounded.ends_with("k31=v"));
  BOOST_TEST(bounded_tracestate("a=1,b=" + std::string(600, 'x')) == "a=1");
}

BOOST_AUTO_TEST_SUITE_END()
