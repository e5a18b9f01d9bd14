/// How a delivery moves: every order of begin, settle, cancel and expiry, and what it may lead to.
#include "actors/conversation/attempts.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>

using namespace recado;
using namespace std::chrono_literals;

namespace {

/// One delivery, as the owner commits it.
struct paper_delivery {
  delivery_state state;
  std::vector<delivery_line> lines;
  wall_time now = from_micros(1'000'000'000);

  paper_delivery() {
    state.id = delivery_id::make();
    state.message = message_id::make();
    moves().accept();
  }
  attempts moves() { return {state, lines, now}; }
  bool begin(std::int32_t attempt, epoch owned = 1) {
    return moves().begin({state.message, state.id, attempt, owned});
  }
  settle_attempt end_of(std::int32_t attempt, attempt_end end, epoch owned = 1) const {
    settle_attempt out;
    out.message = state.message;
    out.delivery = state.id;
    out.attempt = attempt;
    out.owned = owned;
    out.end = end;
    out.next_at = now + 1s;
    return out;
  }
  bool settle(std::int32_t attempt, attempt_end end, epoch owned = 1) {
    return moves().settle(end_of(attempt, end, owned));
  }
  bool settle_unknown(std::int32_t attempt, epoch owned = 1) {
    auto end = end_of(attempt, attempt_end::retrying, owned);
    end.unknown = true;
    return moves().settle(end);
  }
  std::string history() const {
    std::string out;
    for (const auto& line : lines)
      out += std::string{to_string(line.state)} + std::to_string(line.attempt) + ' ';
    return out;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tries, paper_delivery)

BOOST_AUTO_TEST_CASE(a_try_that_succeeds_is_sent) {
  BOOST_TEST(begin(1));
  BOOST_TEST(settle(1, attempt_end::sent));
  BOOST_TEST(history() == "queued0 sending1 sent1 ");
  BOOST_TEST(!begin(2)); // nothing follows
  BOOST_TEST((state.first_try_at == now));
}

BOOST_AUTO_TEST_CASE(a_try_that_fails_for_now_is_repeated_not_before_its_time) {
  begin(1);
  settle(1, attempt_end::retrying);
  BOOST_TEST((state.due == now + 1s));
  now += 1s;
  BOOST_TEST(begin(2));
  settle(2, attempt_end::dead);
  BOOST_TEST(history() == "queued0 sending1 retrying1 sending2 dead2 ");
  BOOST_TEST((state.reached == status::sending));
}

BOOST_AUTO_TEST_CASE(only_the_next_try_may_begin) {
  BOOST_TEST(!begin(2));
  BOOST_TEST(!begin(0));
  BOOST_TEST(begin(1));
  BOOST_TEST(begin(1)); // decided twice, after an unknown outcome of its commit
  BOOST_TEST(!begin(2));
  BOOST_TEST(lines.size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_end_is_taken_once_and_from_its_own_try_only) {
  begin(1);
  BOOST_TEST(!settle(2, attempt_end::sent));
  auto end = end_of(1, attempt_end::retrying);
  BOOST_TEST(moves().settle(end));
  BOOST_TEST(moves().settle(end)); // the same once more
  BOOST_TEST(!settle(1, attempt_end::sent));
  BOOST_TEST(history() == "queued0 sending1 retrying1 ");
}

BOOST_AUTO_TEST_CASE(an_end_of_another_owners_try_is_refused_unless_it_is_unknown) {
  begin(1, 1);
  BOOST_TEST(!settle(1, attempt_end::sent, 2));
  BOOST_TEST((state.now == status::sending));
  BOOST_TEST(settle_unknown(1, 2));
  BOOST_TEST(lines.back().provider_code == delivery_code::unknown);
  BOOST_TEST(!settle(1, attempt_end::sent, 1)); // the old owner's word comes too late
  BOOST_TEST((state.now == status::retrying));
}

BOOST_AUTO_TEST_CASE(a_try_that_a_dead_owner_began_is_recorded_as_unknown_before_the_next) {
  begin(1, 1);
  BOOST_TEST(begin(2, 2));
  BOOST_TEST(history() == "queued0 sending1 retrying1 sending2 ");
  BOOST_TEST(lines[2].provider_code == delivery_code::unknown);
}

BOOST_AUTO_TEST_CASE(at_most_once_is_never_repeated_after_an_unknown_end) {
  state.at_most_once = true;
  begin(1);
  BOOST_TEST(settle_unknown(1));
  BOOST_TEST((state.now == status::failed));
  BOOST_TEST(!begin(2));
}

BOOST_AUTO_TEST_CASE(at_most_once_is_not_repeated_by_the_next_owner_either) {
  state.at_most_once = true;
  begin(1, 1);
  BOOST_TEST(!begin(2, 2));
  BOOST_TEST((state.now == status::failed));
  BOOST_TEST(lines.back().provider_code == delivery_code::unknown);
}

BOOST_AUTO_TEST_CASE(at_most_once_is_repeated_after_a_refusal) {
  state.at_most_once = true;
  begin(1);
  settle(1, attempt_end::retrying);
  BOOST_TEST(begin(2));
}

BOOST_AUTO_TEST_CASE(what_waits_is_canceled_at_once) {
  BOOST_TEST(moves().cancel());
  BOOST_TEST(!begin(1));
  BOOST_TEST(moves().cancel()); // again: nothing more
  BOOST_TEST(history() == "queued0 canceled0 ");
}

BOOST_AUTO_TEST_CASE(a_try_under_way_ends_first_and_is_not_repeated_when_canceled) {
  begin(1);
  BOOST_TEST(moves().cancel());
  BOOST_TEST((state.now == status::sending));
  settle(1, attempt_end::retrying);
  BOOST_TEST(history() == "queued0 sending1 retrying1 canceled1 ");
}

BOOST_AUTO_TEST_CASE(a_try_under_way_that_succeeds_is_sent_all_the_same) {
  begin(1);
  moves().cancel();
  settle(1, attempt_end::sent);
  BOOST_TEST((state.now == status::sent));
  BOOST_TEST(!moves().cancel());
}

BOOST_AUTO_TEST_CASE(what_expires_while_it_waits_is_not_tried) {
  state.expires_at = now + 10s;
  BOOST_TEST(!moves().expire());
  begin(1);
  now += 10s;
  BOOST_TEST(!moves().expire()); // a try runs
  settle(1, attempt_end::retrying);
  BOOST_TEST(moves().expire());
  BOOST_TEST(history() == "queued0 sending1 retrying1 expired1 ");
}

BOOST_AUTO_TEST_CASE(a_try_that_would_begin_too_late_expires_it) {
  state.expires_at = now + 10s;
  now += 10s;
  BOOST_TEST(!begin(1));
  BOOST_TEST((state.now == status::expired));
}

BOOST_AUTO_TEST_CASE(lines_are_numbered_and_never_go_back_in_time) {
  begin(1);
  now -= 5s; // another owner's clock
  settle(1, attempt_end::sent);
  for (std::size_t i = 0; i < lines.size(); ++i)
    BOOST_TEST(lines[i].number == static_cast<std::int32_t>(i) + 1);
  BOOST_TEST((lines[2].at == lines[1].at));
}

/// All orders of five steps out of these: the lattice holds, and an end is an end.
BOOST_AUTO_TEST_CASE(no_order_of_steps_leaves_the_lattice) {
  using step = void (*)(paper_delivery&);
  const std::vector<step> steps{
    [](paper_delivery& d) { d.begin(d.state.attempts + 1); },
    [](paper_delivery& d) { d.begin(d.state.attempts + 1, 2); },
    [](paper_delivery& d) { d.settle(d.state.attempts, attempt_end::sent, d.state.owned); },
    [](paper_delivery& d) { d.settle(d.state.attempts, attempt_end::retrying, d.state.owned); },
    [](paper_delivery& d) { d.settle(d.state.attempts, attempt_end::dead, d.state.owned); },
    [](paper_delivery& d) { d.settle_unknown(d.state.attempts, 3); },
    [](paper_delivery& d) { d.moves().cancel(); },
    [](paper_delivery& d) {
      d.state.expires_at = d.now;
      d.moves().expire();
    }};
  std::size_t checked = 0;
  std::function<void(const paper_delivery&, int)> walk = [&](const paper_delivery& from, int left) {
    for (const auto& take : steps) {
      auto next = from;
      take(next);
      auto before = from.state.now;
      for (auto i = from.lines.size(); i < next.lines.size(); ++i) {
        auto to = next.lines[i].state;
        BOOST_REQUIRE_MESSAGE(may_move(before, to), to_string(before)
                                                      << " became " << to_string(to));
        before = to;
        ++checked;
      }
      BOOST_REQUIRE(before == next.state.now);
      BOOST_REQUIRE(next.state.lines == static_cast<std::int32_t>(next.lines.size()));
      if (left > 0) walk(next, left - 1);
    }
  };
  walk(*this, 4);
  BOOST_TEST(checked > 1'000u);
}

BOOST_AUTO_TEST_SUITE_END()
