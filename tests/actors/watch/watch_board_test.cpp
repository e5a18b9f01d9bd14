/// Whoever watches gets an answer, whatever becomes of the owners that were asked.
#include "actors/watch/watch_board.hpp"
#include "runtime/actor/system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <future>

using namespace recado;

namespace {

/// An owner that answers, or ends, or keeps the question until it is told to end.
enum class manner { answers, ends, waits };

caf::behavior owner(caf::event_based_actor* self, manner how) {
  auto kept = std::make_shared<std::vector<watch_conversations>>();
  return {
    [=](const watch_conversations& asked) {
      if (how == manner::answers) asked.done({{asked.items.front(), 7, 9}});
      if (how == manner::ends) self->quit();
      if (how == manner::waits) kept->push_back(asked);
    },
    [=](house_keeping) { self->quit(); },
  };
}

struct board_world {
  actor::system_settings settings;
  caf::actor_system system{settings};
  std::shared_ptr<local_partitions> owners = std::make_shared<local_partitions>();
  std::shared_ptr<watch_board> board = std::make_shared<watch_board>(
    watch_config{.self = "gateway", .for_owners = {}}, owners, nullptr);
  client_id client = client_id::make();

  /// A conversation of its own partition, owned in this manner.
  watch_service::item owned(manner how) {
    for (;;) {
      watch_service::item out{client, conversation_id::make()};
      auto part = partition_of(out.client, out.conversation, default_partitions);
      if (owners->find(part)) continue;
      auto made = caf::actor_cast<partition_actor>(system.spawn(owner, how));
      owners->set(part, {made, {}});
      return out;
    }
  }
  partition_actor owner_of(const watch_service::item& what) const {
    auto part = partition_of(what.client, what.conversation, default_partitions);
    return owners->find(part)->owner;
  }
  /// How many positions came.
  std::future<std::size_t> watch(std::vector<watch_service::item> items) {
    auto got = std::make_shared<std::promise<std::size_t>>();
    board->watch(std::move(items),
                 [got](auto found) { got->set_value(found ? found->size() : 0); });
    return got->get_future();
  }
  void end_all() {
    for (auto part : owners->list())
      caf::anon_send(owners->find(part)->owner, house_keeping{});
  }
};

bool comes(std::future<std::size_t>& what) {
  return what.wait_for(std::chrono::seconds{20}) == std::future_status::ready;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_owner_that_ends_without_a_word_is_an_answer_too) {
  board_world here;
  auto fine = here.owned(manner::answers), ending = here.owned(manner::ends);
  auto got = here.watch({fine, ending});
  BOOST_REQUIRE(comes(got));
  BOOST_TEST(got.get() == 1u);
  here.end_all();
}

BOOST_AUTO_TEST_CASE(an_owner_that_has_ended_is_an_answer_at_once) {
  board_world here;
  auto gone = here.owned(manner::ends);
  auto first = here.watch({gone});
  BOOST_REQUIRE(comes(first));
  auto second = here.watch({gone});
  BOOST_REQUIRE(comes(second));
  BOOST_TEST(second.get() == 0u);
}

BOOST_AUTO_TEST_CASE(an_owner_that_ends_while_it_looks_is_an_answer_then) {
  board_world here;
  auto slow = here.owned(manner::waits);
  auto got = here.watch({slow});
  BOOST_TEST((got.wait_for(std::chrono::milliseconds{50}) == std::future_status::timeout));
  caf::anon_send(here.owner_of(slow), house_keeping{});
  BOOST_REQUIRE(comes(got));
  BOOST_TEST(got.get() == 0u);
}

BOOST_AUTO_TEST_CASE(without_owners_there_is_an_empty_answer) {
  board_world here;
  auto got = here.watch({{here.client, conversation_id::make()}});
  BOOST_REQUIRE(comes(got));
  BOOST_TEST(got.get() == 0u);
}
