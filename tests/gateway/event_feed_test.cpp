#include "gateway/realtime/event_feed.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::realtime;
using namespace std::chrono_literals;
using shapes::positions;

namespace {

const std::string frame = R"({"type":"message","message":{}})";
const steady_time noon{1h};

conversation_id one(std::uint8_t n) {
  conversation_id out;
  out.value.bytes[0] = 9;
  out.value.bytes[15] = n;
  return out;
}

/// The id that an event carries; nothing if it has none.
std::optional<shapes::stream_id> id_in(const std::string& event) {
  auto at = event.find("id: ");
  if (at == std::string::npos) return std::nullopt;
  auto text = event.substr(at + 4, event.find('\n', at) - at - 4);
  return shapes::read_stream_id(text).value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(ids_of_an_event_stream)

BOOST_AUTO_TEST_CASE(they_say_what_was_written) {
  positions at{{one(1), 0}, {one(2), 1}, {one(3), 127}, {one(4), 128}, {one(5), INT64_MAX}};
  auto plain = shapes::read_stream_id(shapes::write_stream_id({std::nullopt, at})).value();
  BOOST_TEST(!plain.base);
  BOOST_TEST((plain.at == at));
  auto base = uuid::v7();
  auto based = shapes::read_stream_id(shapes::write_stream_id({base, at})).value();
  BOOST_TEST((based.base == base));
  BOOST_TEST((based.at == at));
  BOOST_TEST((shapes::read_positions(shapes::write_positions(at)) == at));
  BOOST_TEST((shapes::read_positions("") == positions{}));
}

BOOST_AUTO_TEST_CASE(what_is_none_is_refused) {
  auto whole = shapes::write_stream_id({uuid::v7(), {{one(1), 300}}});
  for (std::size_t size = 0; size < whole.size(); ++size)
    if (auto cut = shapes::read_stream_id(whole.substr(0, size)); cut)
      BOOST_TEST(cut->at.empty(), size); // cut right behind the base
  for (auto text : {"!", "AQA=", "7", "AgA", "AQI", "AQAAAAAAAAAAAAAAAAAAAAAA____________"})
    BOOST_TEST(!shapes::read_stream_id(text), text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(an_event_feed)

BOOST_AUTO_TEST_CASE(writes_a_frame_as_an_event) {
  event_feed feed;
  BOOST_TEST(feed.event_of(R"({"type":"typing","on":true})") ==
             "event: typing\ndata: {\"type\":\"typing\",\"on\":true}\n\n");
  feed.passed(one(1), 7);
  auto event = feed.event_of(frame);
  BOOST_TEST(event.starts_with("event: message\nid: "));
  BOOST_TEST(event.ends_with("\ndata: " + frame + "\n\n"));
  BOOST_TEST((id_in(event)->at == positions{{one(1), 7}}));
}

BOOST_AUTO_TEST_CASE(tells_the_id_with_every_event) {
  event_feed feed;
  BOOST_TEST(!id_in(feed.event_of(frame)));
  feed.passed(one(1), 7);
  BOOST_TEST((id_in(feed.event_of(frame))->at == positions{{one(1), 7}}));
  BOOST_TEST((id_in(feed.event_of(frame))->at == positions{{one(1), 7}}));
  feed.passed(one(1), 6); // positions never go back
  BOOST_TEST((id_in(feed.event_of(frame))->at == positions{{one(1), 7}}));
  feed.passed(one(2), 1);
  BOOST_TEST((id_in(feed.event_of(frame))->at == positions{{one(1), 7}, {one(2), 1}}));
}

BOOST_AUTO_TEST_CASE(keeps_many_positions_aside_and_names_what_changed_since) {
  event_feed feed{{.named_max = 2, .listed_max = 4}};
  for (std::uint8_t n = 1; n <= 3; ++n)
    feed.passed(one(n), n);
  auto kept = feed.to_keep(noon);
  BOOST_REQUIRE(kept.has_value());
  BOOST_TEST(kept->size() == 3U);
  BOOST_TEST(!feed.to_keep(noon + 2s)); // one at a time
  feed.passed(one(2), 20);              // while it is under way
  BOOST_TEST(id_in(feed.event_of(frame))->at.size() == 3U);
  auto base = uuid::v7();
  feed.kept(base);
  auto id = id_in(feed.id_alone());
  BOOST_TEST((id->base == base));
  BOOST_TEST((id->at == positions{{one(2), 20}}));
  feed.passed(one(3), 30);
  id = id_in(feed.event_of(frame));
  BOOST_TEST((id->base == base));
  BOOST_TEST((id->at == positions{{one(2), 20}, {one(3), 30}}));
  BOOST_TEST(!feed.to_keep(noon + 2s)); // two are not too many
  feed.passed(one(1), 10);
  BOOST_TEST(!feed.to_keep(noon + 500ms)); // not so often
  BOOST_TEST((feed.to_keep(noon + 2s) == positions{{one(1), 10}, {one(2), 20}, {one(3), 30}}));
}

BOOST_AUTO_TEST_CASE(leaves_ids_out_while_they_would_be_too_long) {
  event_feed feed{{.named_max = 2, .listed_max = 4}};
  for (std::uint8_t n = 1; n <= 5; ++n)
    feed.passed(one(n), n);
  BOOST_TEST(!id_in(feed.event_of(frame)));
  BOOST_TEST(feed.to_keep(noon).has_value());
  feed.kept(std::nullopt); // the store was away
  BOOST_TEST(feed.id_alone().empty());
  BOOST_TEST(feed.to_keep(noon + 2s).has_value());
  auto base = uuid::v7();
  feed.kept(base);
  BOOST_TEST((id_in(feed.id_alone())->base == base));
}

BOOST_AUTO_TEST_CASE(keeps_again_before_what_is_kept_expires) {
  event_feed feed{{.named_max = 1}};
  feed.passed(one(1), 1);
  feed.passed(one(2), 1);
  BOOST_TEST(feed.to_keep(noon).has_value());
  feed.kept(uuid::v7());
  BOOST_TEST(!feed.to_keep(noon + 11h));
  BOOST_TEST(feed.to_keep(noon + 13h).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
