#include "runtime/actor/reply.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/all.hpp>
#include <map>

#include "tests/worlds/virtual_clock.hpp"

using namespace recado;
using namespace recado::actor;
using namespace std::chrono_literals;

namespace {

using give_atom = caf::atom_constant<caf::atom("give")>;
using drop_atom = caf::atom_constant<caf::atom("drop")>;

/// Keeps what it is asked until it is told the answer.
struct keeper_state {
  std::map<int, reply<std::string>> open;
};
caf::behavior keeper(caf::stateful_actor<keeper_state>* self, caf::unit_t) {
  return {
    [self](int number) -> caf::result<std::string> {
      reply<std::string> later{self->make_response_promise<std::string>()};
      auto promise = later.promise();
      self->state.open.emplace(number, std::move(later));
      return promise;
    },
    [self](give_atom, int number, const std::string& answer) {
      self->state.open.at(number)(answer);
      self->state.open.erase(number);
    },
    [self](drop_atom, int number) { self->state.open.erase(number); },
  };
}

struct asked : worlds::virtual_clock {
  caf::actor uut = system.spawn(keeper, caf::unit);
  std::string outcome = "none";

  template <class Pending>
  void collect(Pending& pending) {
    if (tester->mailbox().empty()) return;
    pending.receive([this](const std::string& answer) { outcome = answer; },
                    [this](const caf::error& why) { outcome = describe(why); });
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(replies, asked)

BOOST_AUTO_TEST_CASE(an_answer_arrives_once) {
  auto pending = tester->request(uut, 60min, 1);
  run();
  BOOST_TEST(tester->mailbox().empty());
  caf::anon_send(uut, give_atom::value, 1, std::string{"done"});
  run();
  collect(pending);
  BOOST_TEST(outcome == "done");
  caf::anon_send_exit(uut, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST(tester->mailbox().empty());
}

BOOST_AUTO_TEST_CASE(a_forgotten_reply_answers_abandoned) {
  auto pending = tester->request(uut, 60min, 1);
  run();
  caf::anon_send(uut, drop_atom::value, 1);
  run();
  collect(pending);
  BOOST_TEST(outcome == "abandoned");
}

BOOST_AUTO_TEST_CASE(the_death_of_the_actor_answers_all_that_is_open) {
  auto pending = tester->request(uut, 60min, 1);
  run();
  caf::anon_send_exit(uut, caf::exit_reason::kill);
  run();
  collect(pending);
  BOOST_TEST(outcome == "abandoned");
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_assigned_over_answers_abandoned) {
  auto first = tester->request(uut, 60min, 1);
  run();
  auto second = tester->request(uut, 60min, 2);
  run();
  auto& open = state_of<keeper_state>(uut).open;
  open.at(1) = std::move(open.at(2));
  run();
  collect(first);
  BOOST_TEST(outcome == "abandoned");
  BOOST_TEST(!open.at(2).open());
  open.at(1)(std::string{"two"});
  run();
  collect(second);
  BOOST_TEST(outcome == "two");
}

BOOST_AUTO_TEST_CASE(a_result_settles_with_its_value_or_its_problem) {
  auto first = tester->request(uut, 60min, 1);
  run();
  auto& open = state_of<keeper_state>(uut).open;
  open.at(1).settle<std::string>(fail(ec::conflict, "twice"));
  run();
  collect(first);
  BOOST_TEST(outcome == "conflict: twice");
  auto second = tester->request(uut, 60min, 2);
  run();
  open.at(2).settle<std::string>(std::string{"good"});
  open.at(2).settle<std::string>(std::string{"too late"});
  run();
  collect(second);
  BOOST_TEST(outcome == "good");
}

BOOST_AUTO_TEST_SUITE_END()
