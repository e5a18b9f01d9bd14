/// Good clients, one kill -9 in the middle, and the verdict.
#include "chaos/check/check_folder.hpp"
#include "chaos/log/record_file.hpp"
#include "chaos/workload/workload.hpp"
#include "runtime/store/connection.hpp"
#include "tests/e2e/world.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace recado::e2e {
namespace {

using chaos::fault_record;

/// What no node would do.
void tamper(const std::string& dsn, std::string_view sql) {
  store::connection_config to;
  to.url = dsn;
  store::connection link{to};
  auto done = link.script(sql);
  BOOST_REQUIRE_MESSAGE(done, store::describe(done.error()));
}

} // namespace

BOOST_AUTO_TEST_CASE(clients_that_retry_get_everything_across_a_kill) {
  world one;
  auto now = one.look();
  auto out = one.data().parent_path() / "run";
  chaos::workload_options how{.urls = {now.url},
                              .client_id = now.client_id,
                              .client_secret = now.client_secret,
                              .conversations = 20,
                              .rate = 200,
                              .receivers = 10,
                              .out_folder = out};
  chaos::run_clock clock{how.origin};
  chaos::record_file faults{out / "faults.jsonl"};
  chaos::workload people{how};
  people.start();
  BOOST_REQUIRE(wait_until([&] { return people.counts().accepted > 400; }, 60s));
  faults.write(fault_record{clock.now(), true, "kill", "n1", "SIGKILL"});
  one.kill_node();
  one.wait_ready();
  faults.write(fault_record{clock.now(), false, "kill", "n1", ""});
  auto before = people.counts().accepted;
  BOOST_REQUIRE(wait_until([&] { return people.counts().accepted > before + 400; }, 60s));
  people.stop_sending();
  bool drained = people.drain(60s);
  auto counts = people.counts();
  BOOST_TEST_MESSAGE("sent " << counts.sent << ", accepted " << counts.accepted << ", received "
                             << counts.received);
  BOOST_TEST(drained);
  BOOST_TEST(counts.open == 0u);

  auto verdict = chaos::check_folder(out, now.dsn);
  BOOST_TEST_MESSAGE(chaos::to_text(verdict));
  BOOST_TEST(verdict.at("ok") == true, verdict.at("violations").dump(2));
  BOOST_TEST(verdict.at("records").at("broken") == 0);
  BOOST_TEST(verdict.at("counts").at("accepted") == counts.accepted);
  BOOST_TEST(verdict.at("figures").at("faults").size() == 1u);
  BOOST_TEST(chaos::check_folder(out, std::nullopt).at("ok") == true);

  // The same run over a database that has forgotten something, and changed something.
  tamper(now.dsn, "delete from message where message_id = "
                  "(select message_id from message where seq = 7 limit 1)");
  tamper(now.dsn,
         R"(update message set payload = '{"type":"text","text":"other"}' where message_id =
                     (select message_id from message where seq = 8 limit 1))");
  tamper(now.dsn, "update member set delivered_seq = 0, read_seq = 0");
  auto kinds = chaos::check_folder(out, now.dsn).at("violations").at("by_kind");
  BOOST_TEST(kinds.value("lost", 0) == 1);
  BOOST_TEST(kinds.value("seq_missing", 0) == 1);
  BOOST_TEST(kinds.value("wrong_content", 0) == 1);
  BOOST_TEST(kinds.value("receipt_lost", 0) > 0);
}

} // namespace recado::e2e
