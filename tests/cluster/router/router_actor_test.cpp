#include "cluster/router/router.hpp"
#include "schemas/wire.hpp"
#include "tests/worlds/virtual_clock.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor.hpp>

using namespace recado;
using namespace recado::cluster;
using namespace std::chrono_literals;

namespace {

struct fake_stream : stream_port {
  struct call {
    std::int32_t generation;
    command what;
    std::function<void(publish_ack)> done;
  };
  std::vector<call> calls;
  void publish(std::int32_t generation, partition_id, lane, std::string bytes,
               std::function<void(publish_ack)> done) override {
    calls.push_back({generation, decode_command(bytes).value(), std::move(done)});
  }
};
struct fake_owner : local_port {
  offer_result how = offer_result::taken;
  std::vector<command_ptr> taken;
  offer_result offer(partition_id, command_ptr what, bool) override {
    if (how == offer_result::taken) taken.push_back(std::move(what));
    return how;
  }
};
struct fake_inbox : inbox_port {
  struct call {
    std::vector<inbox_item> items;
    on_stored done;
  };
  std::vector<call> calls;
  void store(std::vector<inbox_item> items, on_stored done) override {
    calls.push_back({std::move(items), std::move(done)});
  }
};

struct fixture : worlds::virtual_clock {
  std::shared_ptr<fake_stream> stream = std::make_shared<fake_stream>();
  std::shared_ptr<fake_owner> owner = std::make_shared<fake_owner>();
  std::shared_ptr<fake_inbox> inbox = std::make_shared<fake_inbox>();
  std::vector<reply> answers;
  std::shared_ptr<router> uut;
  caf::actor host;

  explicit fixture(router_config config = {}) {
    uut = std::make_shared<router>(std::move(config), router_ports{stream, owner, inbox});
    host = uut->start(system);
    run();
  }
  ~fixture() {
    uut->stop();
    run();
  }
  void connect(std::int32_t generation = 3) {
    uut->on_link(true);
    uut->on_generation(generation);
    run();
  }
  command_id send(const uuid& session = {}) {
    command what;
    what.id = command_id::make();
    what.client = client_id::make();
    send_message send;
    send.message = message_id::make();
    send.payload = send.metadata = "{}";
    what.body = std::move(send);
    auto id = what.id;
    uut->submit(std::move(what), session, [this](reply got) { answers.push_back(std::move(got)); });
    run();
    return id;
  }
};
struct local_fixture : fixture {
  local_fixture()
    : fixture([] {
        router_config config;
        config.how = wire::automatic;
        return config;
      }()) {
    std::vector<partition_id> all(default_partitions);
    for (partition_id p = 0; p < default_partitions; ++p)
      all[p] = p;
    uut->set_local(all);
    run();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(router_actor_suite)

BOOST_FIXTURE_TEST_CASE(a_command_goes_out_and_its_reply_comes_back, fixture) {
  connect();
  auto id = send();
  BOOST_REQUIRE_EQUAL(stream->calls.size(), 1u);
  BOOST_TEST(stream->calls[0].generation == 3);
  BOOST_TEST((stream->calls[0].what.id == id));
  stream->calls[0].done(publish_ack::received);
  BOOST_TEST(answers.empty());
  uut->on_replies({refuse(id, ec::none)});
  run();
  BOOST_REQUIRE_EQUAL(answers.size(), 1u);
  BOOST_TEST(answers[0].ok());
  BOOST_TEST(uut->counters().answered == 1u);
}

BOOST_FIXTURE_TEST_CASE(without_a_generation_the_inbox_takes_it, fixture) {
  uut->on_link(true);
  run();
  send();
  BOOST_REQUIRE_EQUAL(inbox->calls.size(), 1u);
  inbox->calls[0].done({inbox_answer{}});
  run();
  BOOST_REQUIRE_EQUAL(answers.size(), 1u);
  BOOST_TEST(answers[0].stored);
}

BOOST_FIXTURE_TEST_CASE(a_refused_publish_falls_back_to_the_inbox, fixture) {
  connect();
  send();
  stream->calls.at(0).done(publish_ack::refused);
  run();
  BOOST_TEST(inbox->calls.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_new_generation_gets_what_is_outstanding, fixture) {
  connect();
  auto id = send();
  uut->on_generation(4);
  run();
  BOOST_REQUIRE_EQUAL(stream->calls.size(), 2u);
  BOOST_TEST(stream->calls[1].generation == 4);
  BOOST_TEST((stream->calls[1].what.id == id));
}

BOOST_FIXTURE_TEST_CASE(a_lost_generation_is_a_lost_link, fixture) {
  connect();
  send();
  uut->on_generation(0);
  run();
  BOOST_TEST(inbox->calls.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(the_deadline_is_kept_by_the_actors_clock, fixture) {
  connect();
  auto id = send();
  std::vector<partition_id> all(default_partitions);
  for (partition_id p = 0; p < default_partitions; ++p)
    all[p] = p;
  for (auto passed : {1900ms, 2000ms, 1000ms}) { // its owner lives
    advance(passed);
    uut->on_beacon({"n2", 1, all});
    run();
    BOOST_TEST(answers.empty());
  }
  advance(110ms);
  BOOST_REQUIRE_EQUAL(answers.size(), 1u);
  BOOST_TEST((answers[0].code == ec::outcome_unknown));
  BOOST_TEST((answers[0].command == id));
}

BOOST_FIXTURE_TEST_CASE(an_owner_on_this_node_gets_the_command_itself, local_fixture) {
  auto id = send();
  BOOST_REQUIRE_EQUAL(owner->taken.size(), 1u);
  BOOST_TEST((owner->taken[0]->id == id));
  BOOST_TEST(stream->calls.empty());
}

BOOST_FIXTURE_TEST_CASE(an_owner_that_is_none_any_more_is_passed_by, local_fixture) {
  connect();
  owner->how = offer_result::not_owner;
  send();
  BOOST_TEST(stream->calls.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(stop_answers_everything_now_and_later, fixture) {
  connect();
  send();
  uut->stop();
  run();
  BOOST_REQUIRE_EQUAL(answers.size(), 1u);
  BOOST_TEST((answers[0].code == ec::shutting_down));
  send();
  BOOST_REQUIRE_EQUAL(answers.size(), 2u);
  BOOST_TEST((answers[1].code == ec::shutting_down));
  BOOST_TEST(alive() == 0u);
  stream->calls.at(0).done(publish_ack::refused); // nobody hears it
}

BOOST_FIXTURE_TEST_CASE(an_exit_answers_everything_and_a_successor_knows_the_facts, fixture) {
  connect();
  send();
  caf::anon_send_exit(host, caf::exit_reason::user_shutdown);
  run();
  BOOST_REQUIRE_EQUAL(answers.size(), 1u);
  BOOST_TEST((answers[0].code == ec::shutting_down));
  send();
  BOOST_REQUIRE_EQUAL(answers.size(), 2u);
  BOOST_TEST((answers[1].code == ec::outcome_unknown));
  host = uut->start(system);
  run();
  send();
  BOOST_TEST(stream->calls.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_killed_actor_answers_outcome_unknown, fixture) {
  connect();
  send();
  caf::anon_send_exit(host, caf::exit_reason::kill);
  run();
  BOOST_REQUIRE_EQUAL(answers.size(), 1u);
  BOOST_TEST((answers[0].code == ec::outcome_unknown));
}

BOOST_FIXTURE_TEST_CASE(a_handler_that_throws_harms_nobody, fixture) {
  connect();
  command what;
  what.id = command_id::make();
  uut->submit(what, {}, [](reply) { throw std::runtime_error{"no"}; });
  run();
  uut->on_replies({refuse(what.id, ec::none)});
  run();
  BOOST_TEST(alive() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(router_mailbox_bounds)

BOOST_AUTO_TEST_CASE(a_full_mailbox_is_overload_at_once) {
  router_config config;
  config.commands_max = 1;
  std::vector<ec> codes;
  fixture world{config};
  for (int i = 0; i < 2; ++i) {
    command what;
    what.id = command_id::make();
    world.uut->submit(what, {}, [&](reply got) { codes.push_back(got.code); });
  }
  BOOST_REQUIRE_EQUAL(codes.size(), 1u);
  BOOST_TEST((codes[0] == ec::overloaded));
}

BOOST_AUTO_TEST_SUITE_END()
