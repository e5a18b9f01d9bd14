#include "core_world.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

namespace recado::channels::test {

using seqs = std::vector<std::int64_t>;

BOOST_AUTO_TEST_SUITE(rows)

connector_config small(std::size_t rows_max) {
  auto out = core_world::fast();
  out.rows_max = rows_max;
  return out;
}

BOOST_AUTO_TEST_CASE(the_first_act_is_to_read_what_is_open) {
  core_world w{core_world::fast(), false};
  BOOST_TEST(w.asked == 1);
  w.offer(draft{}); // it was committed, so it will be in the answer
  BOOST_TEST(w.begun.empty());
  w.window({draft{.seq = 7}}, {3});
  BOOST_TEST(w.begun == seqs{7}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_window_that_does_not_come_is_asked_for_again) {
  core_world w{core_world::fast(), false};
  w.pass(seconds{4});
  BOOST_TEST(w.asked == 1);
  w.pass(seconds{2});
  BOOST_TEST(w.asked == 2);
}

BOOST_AUTO_TEST_CASE(a_row_is_held_once_however_often_it_comes) {
  core_world w;
  open_delivery_ptr one = draft{};
  w.offer(one);
  w.offer(one);
  w.window({one}, {3});
  w.go(sent());
  BOOST_TEST(w.begun.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_was_refused_is_read_later_and_nothing_overtakes_it) {
  core_world w{small(4)};
  std::vector<open_delivery_ptr> all;
  for (int i = 1; i <= 8; ++i)
    all.push_back(draft{.seq = i});
  for (const auto& each : all)
    w.offer(each);
  BOOST_TEST(w.connector.size() == 4u);
  BOOST_TEST(w.connector.snapshot(w.now()).backlog);
  auto asked = w.asked;
  w.go(sent());
  BOOST_TEST(w.asked == asked + 1);
  w.offer(draft{.seq = 9}); // 5 to 8 are still in the database
  BOOST_TEST(w.connector.size() == 0u);
  w.window({all.begin() + 4, all.end()}, {3});
  w.go(sent());
  BOOST_TEST(w.begun == (seqs{1, 2, 3, 4, 5, 6, 7, 8}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_backlog_is_worked_off_without_a_pause_between_windows) {
  auto config = core_world::fast();
  config.pace = {1e6, 1'000'000, 64};
  core_world w{config, false};
  std::vector<open_delivery_ptr> database;
  for (int i = 1; i <= 5'000; ++i)
    database.push_back(draft{.seq = i, .address = std::to_string(i % 100)});
  std::size_t ended = 0;
  int windows = 0;
  for (; ended < 5'000 && windows < 100; ++windows) {
    BOOST_TEST_REQUIRE(w.asked == windows + 1);
    auto from = database.begin() + static_cast<std::ptrdiff_t>(ended);
    std::vector<open_delivery_ptr> rows{
      from, from + std::min<std::ptrdiff_t>(500, database.end() - from)};
    bool last = rows.back() == database.back();
    w.window(rows, last ? std::vector<partition_id>{3} : std::vector<partition_id>{});
    while (w.asked == windows + 1 && w.connector.size() > 0)
      w.go(sent());
    ended = w.settled.size();
  }
  BOOST_TEST(ended == 5'000u);
  BOOST_TEST(w.passed.count() == 0);
}

BOOST_AUTO_TEST_CASE(a_window_older_than_a_refused_row_does_not_make_the_partition_whole) {
  core_world w{core_world::fast(), false};
  auto before = w.now().steady;
  w.pass(milliseconds{10});
  open_delivery_ptr refused = draft{.seq = 1};
  w.offer(refused); // committed after the window was read
  w.take(w.connector.loaded({}, std::vector<partition_id>{3}, before, w.now()));
  w.offer(draft{.seq = 2});
  BOOST_TEST(w.begun.empty()); // 1 is still missing
  w.pass(seconds{3});
  BOOST_TEST(w.asked >= 2);
  w.window({refused}, {3});
  w.go(sent());
  BOOST_TEST(w.begun == seqs{1}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_row_that_ended_while_the_window_was_read_does_not_come_back) {
  core_world w;
  open_delivery_ptr one = draft{};
  w.offer(one);
  auto before = w.now().steady;
  w.pass(milliseconds{10});
  w.go(sent());
  auto stale = std::make_shared<open_delivery>(*one);
  stale->attempts = 1;
  stale->unknown = true; // as it was found: `sending`
  std::vector<open_delivery_ptr> rows{stale};
  w.take(w.connector.loaded(rows, std::vector<partition_id>{3}, before, w.now()));
  BOOST_TEST(w.connector.size() == 0u);
  BOOST_TEST(w.settling.empty());
  w.offer(draft{.seq = 2});
  BOOST_TEST(w.beginning.size() == 1u);
}

BOOST_AUTO_TEST_CASE(rows_that_wait_long_give_way_to_those_that_could_go) {
  core_world w{small(4)};
  std::vector<open_delivery_ptr> waiting;
  for (int i = 1; i <= 4; ++i)
    waiting.push_back(draft{.seq = i,
                            .address = std::to_string(i),
                            .attempts = 1,
                            .due = noon + std::chrono::minutes{10}});
  w.window(waiting, {3});
  w.window({draft{.seq = 9, .address = "new"}}, {3});
  BOOST_TEST(w.begun == seqs{9}, boost::test_tools::per_element());
  BOOST_TEST(w.connector.snapshot(w.now()).backlog);
}

BOOST_AUTO_TEST_CASE(a_dropped_partition_is_forgotten_and_what_is_under_way_is_settled) {
  core_world w;
  w.offer(draft{.seq = 1});
  w.offer(draft{.seq = 2});
  w.offer(draft{.part = 4, .conversation = conversation_id::make(), .seq = 3});
  w.grant();
  w.take(w.connector.dropped(3, w.now()));
  BOOST_TEST(w.connector.size() == 2u); // 1 under way, 3 of another partition
  while (!w.sending.empty())
    w.answer(0, later());
  w.keep();
  BOOST_TEST(w.settled.size() == 2u);
  w.pass(seconds{5}, [&] { w.go(sent()); });
  BOOST_TEST(w.begun == (seqs{1, 3, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_try_granted_after_its_partition_was_dropped_is_not_made) {
  core_world w;
  w.offer(draft{});
  w.take(w.connector.dropped(3, w.now()));
  w.grant();
  BOOST_TEST(w.sending.empty());
  BOOST_TEST(w.connector.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_partition_that_will_be_handed_over_begins_nothing_and_ends_what_it_began) {
  core_world w;
  w.offer(draft{.seq = 1});
  w.offer(draft{.seq = 2});
  w.offer(draft{.seq = 3, .address = "bruno"});
  w.offer(draft{.part = 4, .conversation = conversation_id::make(), .seq = 4});
  BOOST_TEST(w.beginning.size() == 3u);
  w.take(w.connector.parting(3, w.now()));
  BOOST_TEST(w.connector.size() == 3u); // 2 waited
  BOOST_TEST(w.connector.under_way(3));
  w.offer(draft{.seq = 5, .address = "carla"});
  w.grant(); // it is still the owner who grants
  BOOST_TEST(w.sending.size() == 3u);
  while (!w.sending.empty())
    w.answer(0, later());
  BOOST_TEST(w.connector.under_way(3));
  w.keep();
  BOOST_TEST(w.settled.size() == 3u);
  BOOST_TEST(!w.connector.under_way(3));
  w.pass(seconds{60}, [&] { w.go(sent()); });
  BOOST_TEST(w.begun == (seqs{1, 3, 4, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_hand_over_that_was_waited_for_in_vain_makes_no_try_that_was_not_granted) {
  core_world w;
  w.offer(draft{.seq = 1});
  w.take(w.connector.parting(3, w.now()));
  w.take(w.connector.dropped(3, w.now()));
  w.grant();
  BOOST_TEST(w.sending.empty());
  BOOST_TEST(!w.connector.under_way(3));
}

/// The provider, the ledger and the loader do what they like; the rules hold all the same.
void storm(unsigned seed) {
  std::mt19937 random{seed};
  auto config = small(12);
  config.retry.attempts = 4;
  config.retry.first = milliseconds{200};
  config.pace = {50, 10, 4};
  config.seed = seed;
  core_world w{config};
  std::vector<open_delivery_ptr> database; // open rows in order
  std::map<std::string, std::int64_t> last_sent;
  auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  auto load = [&] {
    std::vector<open_delivery_ptr> rows{
      database.begin(),
      database.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(database.size(), 6))};
    std::vector<partition_id> complete;
    if (rows.size() == database.size()) complete = {3};
    w.take(w.connector.loaded(rows, complete, w.now().steady, w.now()));
  };
  int served = w.asked;
  std::int64_t seq = 0;
  std::size_t ended = 0;
  auto settle_all = [&] {
    for (auto& each : std::exchange(w.settling, {})) {
      if (!each.outcome.next_at) {
        ++ended;
        std::erase_if(database, [&](const auto& row) { return row->id == each.what->id; });
        auto& last = last_sent[each.what->address];
        BOOST_TEST_REQUIRE(each.what->seq > last); // in order, each once
        last = each.what->seq;
      }
      w.take(w.connector.settled(each.ticket, true, w.now()));
    }
  };
  auto round = [&] {
    w.grant();
    while (!w.sending.empty() && chance(70))
      w.answer(random() % w.sending.size(), chance(60)   ? sent()
                                            : chance(50) ? later()
                                            : chance(50) ? ill()
                                                         : said(outcome_class::permanent_message));
    if (chance(80)) settle_all();
    for (; served < w.asked; ++served)
      load();
    BOOST_TEST_REQUIRE(w.connector.size() <= 12u);
    BOOST_TEST_REQUIRE(w.connector.snapshot(w.now()).in_flight <= 4u);
  };
  for (int i = 0; i < 300; ++i) {
    if (chance(40)) {
      open_delivery_ptr fresh = draft{.seq = ++seq, .address = std::to_string(random() % 5)};
      database.push_back(fresh);
      w.offer(fresh);
    }
    w.pass(milliseconds{random() % 200}, round);
  }
  for (int i = 0; i < 5'000 && !database.empty(); ++i)
    w.pass(milliseconds{500}, round);
  BOOST_TEST(database.empty());
  BOOST_TEST(ended == static_cast<std::size_t>(seq));
  BOOST_TEST(w.connector.snapshot(w.now()).in_flight == 0u);
}

BOOST_AUTO_TEST_CASE(in_any_storm_all_end_once_and_in_order) {
  for (unsigned seed = 1; seed <= 60; ++seed)
    BOOST_TEST_CONTEXT("seed " << seed) storm(seed);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::test
