/// What a partition's actor gives back to its reader. The test plays the writer.
#include "actors/partition/partition_actor.hpp"
#include "schemas/wire.hpp"
#include "tests/worlds/virtual_clock.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;

namespace {

struct one_partition : worlds::virtual_clock {
  one_partition() {
    partition_ports ports;
    ports.writer = system.spawn(gathering, &waiting);
    ports.now = [] { return wall_time{std::chrono::hours{1}}; };
    ports.grant = [this](partition_id, lane, std::size_t n) { granted += n; };
    ports.tell = [](const auto&, const auto&) {};
    partition_config config;
    config.id = 3;
    config.held = 7;
    actor = spawn_partition(system, config, ports);
    writer = ports.writer;
  }
  ~one_partition() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(writer, caf::exit_reason::user_shutdown);
    run();
  }

  static writer_actor::behavior_type gathering(writer_actor::pointer, undecided_list* to) {
    return {[](const take_partition&) {}, [](const leave_partition&) {},
            [to](const enqueue_work& what) {
              for (const auto& one : what.commands)
                to->push_back(one.item);
            },
            [](const partition_decided&) {}};
  }

  void read(std::int64_t seq) {
    command cmd;
    cmd.id = command_id::make();
    cmd.received_at = wall_time{std::chrono::hours{1}};
    cmd.body = send_receipt{};
    caf::anon_send(actor, stream_command{7, lane::standard, 1, seq, {}, encode(cmd)});
    run();
  }
  void settle(const undecided_list& items) {
    caf::anon_send(actor, items_settled{{}, items});
    run();
  }

  undecided_list waiting; ///< with the writer
  std::size_t granted = 0;
  partition_actor actor;
  writer_actor writer;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(a_partition, one_partition)

BOOST_AUTO_TEST_CASE(gives_back_the_credit_of_what_has_ended_once) {
  read(1);
  read(2);
  read(2); // delivered again: it is dropped, and its credit comes back
  BOOST_TEST(waiting.size() == 2U);
  BOOST_TEST(granted == 1U);
  settle({waiting[1]});
  BOOST_TEST(granted == 2U);
  settle({waiting[0]});
  BOOST_TEST(granted == 3U);
}

BOOST_AUTO_TEST_CASE(gives_no_credit_for_what_an_earlier_owner_on_this_node_had_read) {
  read(5);
  undecided earlier;
  earlier.came_by = path::stream;
  earlier.stream_generation = 1;
  earlier.stream_seq = 4;
  earlier.what.priority = lane::standard;
  settle({std::make_shared<const undecided>(earlier)}); // its commit was under way
  BOOST_TEST(granted == 0U);
  settle({waiting[0]});
  BOOST_TEST(granted == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
