/// How batches are closed: limits, lanes, and the inbox before everything else of its partition.
#include "actors/writer/gather.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;

namespace {

undecided_ptr item(partition_id part, std::string text, lane priority = lane::standard,
                   std::int64_t inbox_id = 0) {
  undecided out;
  out.part = part;
  out.owned = 5;
  out.what.id = command_id::make();
  out.what.priority = priority;
  send_message body;
  body.payload = std::move(text);
  out.what.body = std::move(body);
  out.inbox_id = inbox_id;
  out.came_by = inbox_id > 0 ? path::inbox : path::stream;
  return std::make_shared<const undecided>(std::move(out));
}

std::string texts(const std::vector<work>& batch) {
  std::string out;
  for (const auto& one : batch)
    out += std::get<send_message>(one.item->what.body).payload + ' ';
  return out;
}

struct held {
  held() {
    queue.take(1, 5);
    queue.take(2, 5);
  }
  gather queue;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gathering, held)

BOOST_AUTO_TEST_CASE(a_batch_keeps_the_order_of_arrival_within_a_lane) {
  for (auto text : {"a", "b", "c"})
    queue.enqueue({item(1, text), false});
  BOOST_TEST(texts(queue.close()) == "a b c ");
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(a_partition_that_is_not_held_is_not_taken) {
  queue.enqueue({item(3, "stranger"), false});
  queue.enqueue({item(1, "mine"), false});
  queue.enqueue({item(2, "given up"), false});
  queue.leave(2);
  BOOST_TEST(texts(queue.close()) == "mine ");
}

BOOST_AUTO_TEST_CASE(
  what_waits_of_an_earlier_time_here_is_dropped_even_if_the_partition_came_back) {
  auto batched = item(1, "batched");
  queue.enqueue({item(1, "earlier"), false});
  queue.leave(1);
  queue.take(1, 6);
  queue.enqueue({item(1, "late"), false});
  queue.enqueue_inbox({item(1, "row", lane::standard, 7)});
  queue.put_back({{batched, false}});
  queue.enqueue({item(2, "other"), false});
  BOOST_TEST(texts(queue.close()) == "other ");
}

BOOST_AUTO_TEST_CASE(a_batch_is_bounded_in_commands_and_bytes_and_the_rest_follows) {
  gather small{{.commands_max = 2, .bytes_max = 1 << 20}};
  small.take(1, 5);
  for (auto text : {"a", "b", "c"})
    small.enqueue({item(1, text), false});
  BOOST_TEST(texts(small.close()) == "a b ");
  BOOST_TEST(texts(small.close()) == "c ");
  gather narrow{{.commands_max = 100, .bytes_max = 1000}};
  narrow.take(1, 5);
  for (int i = 0; i < 4; ++i)
    narrow.enqueue({item(1, std::string(600, 'x')), false});
  BOOST_TEST(narrow.close().size() == 2u); // closed by the command that passes the limit
  BOOST_TEST(narrow.close().size() == 2u);
}

BOOST_AUTO_TEST_CASE(rows_of_the_inbox_go_first_and_the_rest_of_their_partition_waits) {
  queue.enqueue({item(1, "stream"), false});
  queue.enqueue({item(2, "other"), false});
  BOOST_TEST(queue.enqueue_inbox(
    {item(1, "row-1", lane::standard, 1), item(1, "row-2", lane::standard, 2)}));
  BOOST_TEST(texts(queue.close()) == "row-1 row-2 other ");
  BOOST_TEST(queue.close().empty()); // until the pre-read finds the inbox empty
  queue.inbox_empty(1);
  BOOST_TEST(texts(queue.close()) == "stream ");
}

BOOST_AUTO_TEST_CASE(a_row_that_waits_already_is_not_taken_twice) {
  auto row = item(1, "row", lane::standard, 7);
  BOOST_TEST(queue.enqueue_inbox({row}));
  BOOST_TEST(!queue.enqueue_inbox({row}));
  queue.close();
  BOOST_TEST(!queue.enqueue_inbox({row})); // in the batch under way
  queue.inbox_done(1, 7);
  BOOST_TEST(queue.enqueue_inbox({row}));
}

BOOST_AUTO_TEST_CASE(the_inbox_is_not_called_empty_while_rows_of_it_wait) {
  queue.enqueue_inbox({item(1, "row", lane::standard, 1)});
  queue.inbox_empty(1);
  BOOST_TEST(queue.inbox_busy(1));
}

BOOST_AUTO_TEST_CASE(what_is_put_back_comes_before_what_came_later) {
  for (auto text : {"a", "b"})
    queue.enqueue({item(1, text), false});
  auto batch = queue.close();
  queue.enqueue({item(1, "c"), false});
  queue.put_back(batch);
  BOOST_TEST(texts(queue.close()) == "a b c ");
}

BOOST_AUTO_TEST_CASE(after_a_reload_everything_that_waits_counts_as_cold) {
  queue.enqueue({item(1, "before"), false});
  queue.all_cold(1);
  queue.enqueue({item(1, "after"), false});
  auto batch = queue.close();
  BOOST_TEST(batch[0].cold);
  BOOST_TEST(!batch[1].cold);
}

BOOST_AUTO_TEST_CASE(express_overtakes_bulk_and_bulk_still_moves) {
  gather small{{.commands_max = 21}};
  small.take(1, 5);
  for (int i = 0; i < 100; ++i) {
    small.enqueue({item(1, "b", lane::bulk), false});
    small.enqueue({item(1, "e", lane::express), false});
  }
  auto batch = texts(small.close());
  BOOST_TEST(std::count(batch.begin(), batch.end(), 'e') > 15);
  BOOST_TEST(std::count(batch.begin(), batch.end(), 'b') > 0);
}

BOOST_AUTO_TEST_CASE(one_at_a_time_means_batches_of_one_in_turn_with_those_of_others) {
  queue.one_at_a_time(1, true);
  for (auto text : {"a", "b", "c"})
    queue.enqueue({item(1, text), false});
  for (auto text : {"x", "y"})
    queue.enqueue({item(2, text), false});
  BOOST_TEST(texts(queue.close()) == "a ");
  BOOST_TEST(texts(queue.close()) == "x y ");
  BOOST_TEST(texts(queue.close()) == "b ");
  BOOST_TEST(texts(queue.close()) == "c "); // nobody else waits
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(rows_of_the_inbox_go_one_at_a_time_too) {
  queue.one_at_a_time(1, true);
  queue.enqueue_inbox({item(1, "row-1", lane::standard, 1), item(1, "row-2", lane::standard, 2)});
  queue.enqueue_inbox({item(2, "other", lane::standard, 3)});
  BOOST_TEST(texts(queue.close()) == "row-1 ");
  BOOST_TEST(texts(queue.close()) == "other ");
  BOOST_TEST(texts(queue.close()) == "row-2 ");
}

BOOST_AUTO_TEST_CASE(while_another_writer_has_its_turn_alone_only_the_rest_goes_on) {
  queue.one_at_a_time(1, true);
  queue.enqueue({item(1, "a"), false});
  queue.enqueue({item(2, "x"), false});
  BOOST_TEST(texts(queue.close(false)) == "x ");
  BOOST_TEST(queue.close(false).empty());
  queue.one_at_a_time(1, false);
  queue.enqueue({item(1, "b"), false});
  BOOST_TEST(texts(queue.close(false)) == "a b ");
}

BOOST_AUTO_TEST_SUITE_END()
