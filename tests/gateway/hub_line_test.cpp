/// What is shed on the way to a hub that does not keep up, and what that leads to.
#include "gateway/realtime/hub_line.hpp"

#include "runtime/actor/system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <future>

using namespace recado;
using namespace recado::realtime;

namespace {

struct heard {
  std::atomic<std::size_t> events{0}, presence{0}, doubts{0};
};

caf::behavior counting(caf::event_based_actor*, const std::shared_ptr<heard>& to) {
  return {[](const host& asked) { asked.what(); },
          [to](const events_came& got) { to->events += got.batch->events.size(); },
          [to](const presence_moved&) { ++to->presence; }, [to](doubt_arose) { ++to->doubts; }};
}

/// A line to a hub that does nothing until it is let go.
struct busy_hub {
  busy_hub() {
    line->connect(caf::actor_cast<hub_actor>(system.spawn(counting, said)));
    caf::anon_send(line->get(), host{[waits = go.get_future().share()] { waits.wait(); }});
  }
  ~busy_hub() {
    line->cut();
    BOOST_TEST(actor::stop_with_deadline(system, std::chrono::seconds{10}) == 0U);
  }
  /// It takes what waits, and what that leads to.
  void let_go() {
    go.set_value();
    for (int i = 0; i < 2; ++i) {
      std::promise<void> reached;
      caf::anon_send(line->get(), host{[&reached] { reached.set_value(); }});
      reached.get_future().wait();
    }
  }
  void tell_events(std::size_t count) {
    event_batch batch;
    batch.events.resize(count);
    line->events(batch);
  }
  void tell_presence(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      line->presence({});
  }

  std::shared_ptr<heard> said = std::make_shared<heard>();
  actor::system_settings settings;
  caf::actor_system system{settings};
  std::shared_ptr<hub_line> line = hub_line::make();
  std::promise<void> go;
};

} // namespace

BOOST_AUTO_TEST_SUITE(the_line_to_the_hub)

BOOST_AUTO_TEST_CASE(news_of_presence_that_were_shed_put_no_room_in_doubt) {
  busy_hub at;
  at.tell_presence(hub_line::events_max + 1);
  at.tell_events(1);
  at.let_go();
  BOOST_TEST(at.said->doubts == 0U);
  BOOST_TEST(at.said->events == 1U);
  BOOST_TEST(at.said->presence == hub_line::presence_max);
}

BOOST_AUTO_TEST_CASE(events_that_were_shed_put_all_rooms_in_doubt_once) {
  busy_hub at;
  at.tell_events(hub_line::events_max);
  at.tell_events(1);
  at.tell_events(1);
  at.tell_presence(1);
  at.let_go();
  BOOST_TEST(at.said->events == hub_line::events_max);
  BOOST_TEST(at.said->presence == 1U);
  BOOST_TEST(at.said->doubts == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
