/// Envelopes between versions: what is new stands at the end, and what is missing has a default.
#include "schemas/wire.hpp"

#include <boost/test/unit_test.hpp>
#include <msgpack.hpp>

using namespace recado;

namespace {

command sent(send_message body) {
  command out;
  out.id = command_id::make();
  out.client = client_id::make();
  out.conversation = conversation_id::make();
  out.body = std::move(body);
  return out;
}

/// The envelope as an older node writes it: the body without its last elements.
std::string without_last(const std::string& bytes, std::uint32_t count) {
  auto handle = msgpack::unpack(bytes.data(), bytes.size());
  auto envelope = handle.get();
  auto& body = envelope.via.array.ptr[envelope.via.array.size - 1].via.array.ptr[1];
  body.via.array.size -= count;
  msgpack::sbuffer out;
  msgpack::pack(out, envelope);
  return {out.data(), out.size()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire)

BOOST_AUTO_TEST_CASE(a_message_to_the_outside_comes_through) {
  send_message body;
  body.message = message_id::make();
  body.channels = {"email", "webhook"};
  body.addresses = {{"email", "a@b.c"}};
  body.at_most_once = true;
  body.expires_at = from_micros(5);
  auto got = decode_command(encode(sent(body)));
  BOOST_REQUIRE(got);
  const auto& read = std::get<send_message>(got->body);
  BOOST_TEST((read.channels == body.channels && read.addresses == body.addresses));
  BOOST_TEST((read.at_most_once && read.expires_at == body.expires_at));
  BOOST_TEST(read.external());
}

BOOST_AUTO_TEST_CASE(an_older_nodes_message_stays_in_the_application) {
  send_message body;
  body.message = message_id::make();
  body.payload = "{}";
  auto got = decode_command(without_last(encode(sent(body)), 3));
  BOOST_REQUIRE(got);
  const auto& read = std::get<send_message>(got->body);
  BOOST_TEST((read.message == body.message));
  BOOST_TEST((read.channels.empty() && read.addresses.empty() && !read.at_most_once));
  BOOST_TEST(!read.external());
}

BOOST_AUTO_TEST_CASE(an_answer_and_a_status_come_through) {
  reply said;
  said.command = command_id::make();
  said.deliveries = {{user_id{"bruno"}, "email", "", status::queued},
                     {{}, "webhook", "https://a.b", status::failed}};
  said.deliveries_total = 2;
  auto answer = decode_reply(encode(said));
  BOOST_REQUIRE(answer);
  BOOST_TEST((answer->deliveries == said.deliveries));
  BOOST_TEST(answer->deliveries_total == 2);
  event_batch batch;
  batch.events.push_back({client_id::make(), conversation_id::make(), 7,
                          status_event{message_id::make(),
                                       3,
                                       user_id{"ana"},
                                       {},
                                       "email",
                                       "a@b.c",
                                       status::retrying,
                                       2,
                                       "451",
                                       from_micros(9)}});
  auto events = decode_events(encode(batch));
  BOOST_REQUIRE(events);
  const auto& told = std::get<status_event>(events->events.at(0).body);
  BOOST_TEST((told.state == status::retrying && told.attempt == 2 && told.provider_code == "451"));
  BOOST_TEST((told.sender == user_id{"ana"} && told.address == "a@b.c"));
}

BOOST_AUTO_TEST_CASE(commands_of_the_owners_own_making_can_be_set_aside_and_read) {
  command what = sent({});
  settle_attempt end;
  end.message = message_id::make();
  end.delivery = delivery_id::make();
  end.attempt = 3;
  end.owned = 42;
  end.end = attempt_end::retrying;
  end.unknown = true;
  end.detail = "x";
  what.body = end;
  auto got = decode_command(encode(what));
  BOOST_REQUIRE(got);
  const auto& read = std::get<settle_attempt>(got->body);
  BOOST_TEST((read.delivery == end.delivery && read.attempt == 3 && read.owned == 42));
  BOOST_TEST((read.end == attempt_end::retrying && read.unknown && read.detail == "x"));
  BOOST_TEST(internal(got->body));
}

BOOST_AUTO_TEST_SUITE_END()
