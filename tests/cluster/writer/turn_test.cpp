/// The writer's turn against a model of PostgreSQL that fails in every way it can.
#include "cluster/writer/turn.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>

using namespace recado;
using namespace recado::cluster;
using step = turn::step;

namespace {

std::vector<turn_item> items(std::initializer_list<item_number> numbers, partition_id part = 1) {
  std::vector<turn_item> out;
  for (auto n : numbers)
    out.push_back({n, part});
  return out;
}

/// A database that commits groups of items atomically, and its moods.
struct model {
  explicit model(unsigned seed) : rng(seed) {}

  std::mt19937 rng;
  turn machine;
  steady_time now{};
  std::set<item_number> poison, rows; ///< rows: committed
  std::set<item_number> killers;      ///< when they are named, that is known
  bool named = false;
  std::map<item_number, item_number> same_id; ///< two items with one caller's id
  std::set<partition_id> foreign;             ///< partitions that have another owner
  std::vector<item_number> settled, parked;
  std::set<item_number> decided_as_replay;
  std::set<item_number> read, decided; ///< since the last step::read
  int trouble = 20;                    ///< per cent

  bool chance(int percent) { return static_cast<int>(rng() % 100) < percent; }

  void run(std::vector<turn_item> batch) {
    auto order = machine.begin(batch, named);
    for (int guard = 0; order.what != step::idle; ++guard) {
      BOOST_REQUIRE(guard < 20'000);
      if (guard > 2'000) trouble = 0; // faults stop: now it has to converge
      order = obey(order);
    }
    BOOST_TEST(machine.idle());
  }

  /// No item comes to a step before it has been through the one before.
  static void require_all_in(const std::set<item_number>& before, const turn::order& order) {
    for (const auto& item : order.items)
      BOOST_REQUIRE(before.contains(item.number));
  }
  static std::set<item_number> numbers_of(const turn::order& order) {
    std::set<item_number> out;
    for (const auto& item : order.items)
      out.insert(item.number);
    return out;
  }

  turn::order obey(const turn::order& order) {
    switch (order.what) {
    case step::name:
      return name(order);
    case step::read:
      read = numbers_of(order);
      decided.clear();
      decided_as_replay.clear();
      for (const auto& item : order.items)
        if (rows.contains(item.number) ||
            (same_id.contains(item.number) && rows.contains(same_id[item.number])))
          decided_as_replay.insert(item.number);
      return machine.read_done(chance(trouble / 4) ? outcome::transient : outcome::done, now);
    case step::decide:
      require_all_in(read, order);
      decided = numbers_of(order);
      for (const auto& item : order.items)
        BOOST_TEST(!killers.contains(item.number));
      if (chance(5))
        for (const auto& item : order.items)
          if (poison.contains(item.number)) return machine.decide_failed("handler threw");
      return machine.decide_done();
    case step::commit:
      require_all_in(decided, order);
      return commit(order);
    case step::settle:
      require_all_in(decided, order);
      for (const auto& item : order.items)
        settled.push_back(item.number);
      return machine.settled();
    case step::park:
      BOOST_REQUIRE_EQUAL(order.items.size(), 1u);
      parked.push_back(order.items.front().number);
      return machine.parked();
    case step::wait:
      BOOST_TEST((order.until > now));
      now = order.until;
      return machine.waited();
    case step::resolve: {
      std::vector<partition_id> lost;
      for (const auto& item : order.items)
        if (foreign.contains(item.part)) lost.push_back(item.part);
      return machine.resolved(lost);
    }
    case step::idle:
      break;
    }
    return {};
  }

  turn::order name(const turn::order& order) {
    std::vector<partition_id> lost;
    for (const auto& item : order.items)
      if (foreign.contains(item.part)) lost.push_back(item.part);
    if (!lost.empty()) return machine.name_done(outcome::fenced, lost, now);
    if (chance(trouble)) return machine.name_done(outcome::transient, {}, now);
    for (const auto& item : order.items)
      if (killers.contains(item.number)) return machine.condemn("its owners died");
    return machine.name_done(outcome::done, {}, now);
  }

  turn::order commit(const turn::order& order) {
    std::vector<partition_id> lost;
    for (const auto& item : order.items)
      if (foreign.contains(item.part)) lost.push_back(item.part);
    if (!lost.empty()) return machine.commit_done(outcome::fenced, lost, "", now);
    if (chance(trouble)) return machine.commit_done(outcome::transient, {}, "", now);
    bool lands = true;
    outcome how = outcome::done;
    if (chance(trouble)) {
      how = outcome::unknown;
      lands = chance(50);
    }
    std::set<item_number> here;
    for (const auto& item : order.items) {
      if (decided_as_replay.contains(item.number)) continue;
      if (poison.contains(item.number))
        return machine.commit_done(outcome::poison, {}, "22P02", now);
      if (same_id.contains(item.number) &&
          (here.contains(same_id[item.number]) || rows.contains(same_id[item.number])))
        return machine.commit_done(outcome::duplicate, {}, "23505", now);
      BOOST_TEST(!rows.contains(item.number)); // nothing is committed twice
      here.insert(item.number);
    }
    if (lands) rows.insert(here.begin(), here.end());
    return machine.commit_done(how, {}, "", now);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(writers_turn)

BOOST_AUTO_TEST_CASE(a_calm_batch_is_read_decided_committed_and_settled) {
  turn machine;
  BOOST_TEST((machine.begin(items({1, 2})).what == step::read));
  BOOST_TEST((machine.read_done(outcome::done, {}).what == step::decide));
  BOOST_TEST((machine.decide_done().what == step::commit));
  auto order = machine.commit_done(outcome::done, {}, "", {});
  BOOST_TEST((order.what == step::settle));
  BOOST_TEST(order.items.size() == 2u);
  BOOST_TEST((machine.settled().what == step::idle));
  BOOST_TEST(machine.idle());
}

BOOST_AUTO_TEST_CASE(a_lost_partition_leaves_and_the_rest_is_committed_without_deciding_again) {
  turn machine;
  machine.begin({{1, 1}, {2, 2}, {3, 1}});
  machine.read_done(outcome::done, {});
  machine.decide_done();
  auto order = machine.commit_done(outcome::fenced, {1}, "", {});
  BOOST_TEST((order.what == step::commit));
  BOOST_TEST((order.items == items({2}, 2)));
}

BOOST_AUTO_TEST_CASE(poison_is_isolated_and_everything_around_it_is_committed_in_order) {
  model world{1};
  world.trouble = 0;
  world.poison = {4};
  world.run(items({1, 2, 3, 4, 5, 6, 7}));
  BOOST_TEST((world.settled == std::vector<item_number>{1, 2, 3, 5, 6, 7}));
  BOOST_TEST((world.parked == std::vector<item_number>{4}));
}

BOOST_AUTO_TEST_CASE(after_a_split_a_partition_still_has_items_behind_the_segment_under_way) {
  turn machine;
  machine.begin({{1, 7}, {2, 8}, {3, 7}, {4, 7}});
  machine.read_done(outcome::done, {});
  auto half = machine.decide_failed("a handler threw");
  BOOST_TEST((half.items == std::vector<turn_item>{{1, 7}, {2, 8}}));
  BOOST_TEST((machine.items_of(7) == std::vector<item_number>{1, 3, 4}));
  machine.drop(7);
  auto rest = machine.read_done(outcome::done, {});
  BOOST_TEST((rest.items == std::vector<turn_item>{{2, 8}}));
  BOOST_TEST(machine.items_of(7).empty());
}

/// Two halves, each of a partition of its own; the first one is under way.
turn two_halves() {
  turn machine;
  machine.begin({{1, 7}, {2, 8}});
  machine.read_done(outcome::done, {});
  BOOST_TEST((machine.decide_failed("a handler threw").items == items({1}, 7)));
  return machine;
}

BOOST_AUTO_TEST_CASE(what_stands_behind_a_half_that_is_given_up_before_it_is_decided_is_read) {
  auto machine = two_halves();
  machine.drop(7);
  auto order = machine.read_done(outcome::done, {});
  BOOST_TEST((order.what == step::read));
  BOOST_TEST((order.items == items({2}, 8)));
}

BOOST_AUTO_TEST_CASE(what_stands_behind_a_half_that_the_fence_takes_is_read_and_not_committed) {
  auto machine = two_halves();
  machine.read_done(outcome::done, {});
  machine.decide_done();
  auto order = machine.commit_done(outcome::fenced, {7}, "", {});
  BOOST_TEST((order.what == step::read));
  BOOST_TEST((order.items == items({2}, 8)));
}

BOOST_AUTO_TEST_CASE(what_stands_behind_a_guilty_half_that_is_given_up_is_not_parked_for_it) {
  auto machine = two_halves();
  machine.read_done(outcome::done, {});
  machine.drop(7);
  auto order = machine.decide_failed("a handler threw");
  BOOST_TEST((order.what == step::read));
  BOOST_TEST((order.items == items({2}, 8)));
}

BOOST_AUTO_TEST_CASE(what_is_left_of_a_failed_batch_is_tried_again_before_it_is_parked) {
  turn machine;
  machine.begin({{1, 7}, {2, 8}});
  machine.read_done(outcome::done, {});
  machine.drop(7);
  auto order = machine.decide_failed("a handler threw");
  BOOST_TEST((order.what == step::read));
  BOOST_TEST((order.items == items({2}, 8)));
}

BOOST_AUTO_TEST_CASE(what_is_condemned_is_found_by_halving_and_never_decided) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    model world{seed};
    world.named = true;
    world.killers = {4, 6};
    world.run(items({1, 2, 3, 4, 5, 6, 7}));
    BOOST_TEST((world.settled == std::vector<item_number>{1, 2, 3, 5, 7}));
    BOOST_TEST((world.parked == std::vector<item_number>{4, 6}));
  }
}

BOOST_AUTO_TEST_CASE(a_named_batch_is_named_again_whenever_it_begins_again) {
  turn machine;
  BOOST_TEST((machine.begin({{1, 1}, {2, 2}}, true).what == step::name));
  BOOST_TEST((machine.name_done(outcome::unknown, {}, {}).what == step::wait));
  BOOST_TEST((machine.waited().what == step::name));
  BOOST_TEST((machine.name_done(outcome::done, {}, {}).what == step::read));
  machine.read_done(outcome::done, {});
  machine.decide_done();
  machine.commit_done(outcome::unknown, {}, "", {});
  BOOST_TEST((machine.resolved({}).what == step::name)); // its epoch is another one now
  auto order = machine.name_done(outcome::fenced, {1}, {});
  BOOST_TEST((order.what == step::name));
  BOOST_TEST((order.items == items({2}, 2)));
}

BOOST_AUTO_TEST_CASE(a_transient_error_parks_nothing_and_waits_longer_each_time) {
  turn machine;
  machine.begin(items({1}));
  steady_time now{};
  std::chrono::nanoseconds last{};
  for (int i = 0; i < 12; ++i) {
    machine.read_done(outcome::done, now);
    machine.decide_done();
    auto order = machine.commit_done(outcome::transient, {}, "53100", now);
    BOOST_TEST((order.what == step::wait));
    auto pause = order.until - now;
    BOOST_TEST((pause >= last));
    BOOST_TEST((pause <= turn_config{}.backoff_max));
    last = pause;
    BOOST_TEST((machine.waited().what == step::read));
  }
  BOOST_TEST(machine.failures() == 12);
}

BOOST_AUTO_TEST_CASE(an_unknown_outcome_is_resolved_before_anything_is_read_again) {
  turn machine;
  machine.begin({{1, 1}, {2, 2}});
  machine.read_done(outcome::done, {});
  machine.decide_done();
  BOOST_TEST((machine.commit_done(outcome::unknown, {}, "", {}).what == step::resolve));
  auto order = machine.resolved({2});
  BOOST_TEST((order.what == step::read));
  BOOST_TEST((order.items == items({1}, 1)));
}

BOOST_AUTO_TEST_CASE(
  a_partition_dropped_while_its_commit_is_under_way_is_still_settled_if_it_landed) {
  turn machine;
  machine.begin({{1, 1}});
  machine.read_done(outcome::done, {});
  machine.decide_done();
  machine.drop(1);
  BOOST_TEST((machine.commit_done(outcome::done, {}, "", {}).what == step::settle));
}

BOOST_AUTO_TEST_CASE(the_same_id_twice_in_one_batch_ends_as_one_message_and_one_replay) {
  model world{2};
  world.trouble = 0;
  world.same_id = {{2, 5}, {5, 2}};
  world.run(items({1, 2, 3, 4, 5, 6}));
  BOOST_TEST(world.settled.size() == 6u);
  BOOST_TEST(world.rows.size() == 5u);
  BOOST_TEST(world.parked.empty());
}

BOOST_AUTO_TEST_CASE(under_any_faults_every_item_ends_once_in_order_and_only_poison_is_parked) {
  for (unsigned seed = 0; seed < 3'000; ++seed) {
    model world{seed};
    std::vector<turn_item> batch;
    auto count = 1 + world.rng() % 40;
    for (item_number n = 0; n < count; ++n) {
      batch.push_back({n, static_cast<partition_id>(world.rng() % 4)});
      if (world.chance(5)) world.poison.insert(n);
    }
    for (int pairs = 0; pairs < 2 && count > 3; ++pairs) {
      item_number a = world.rng() % count, b = world.rng() % count;
      if (a == b || world.same_id.contains(a) || world.same_id.contains(b)) continue;
      world.same_id[a] = b;
      world.same_id[b] = a;
    }
    if (world.chance(30)) world.foreign.insert(static_cast<partition_id>(world.rng() % 4));
    world.run(batch);

    std::map<item_number, int> ends;
    std::map<partition_id, item_number> last;
    for (auto n : world.settled) {
      ++ends[n];
      auto part = batch[n].part;
      if (last.contains(part)) BOOST_REQUIRE_MESSAGE(last[part] < n, "seed " << seed);
      last[part] = n;
    }
    for (auto n : world.parked) {
      ++ends[n];
      BOOST_REQUIRE_MESSAGE(world.poison.contains(n), "seed " << seed << " parked a good item");
    }
    for (const auto& item : batch) {
      bool gone = world.foreign.contains(item.part);
      BOOST_REQUIRE_MESSAGE(ends[item.number] == (gone ? 0 : 1),
                            "seed " << seed << " item " << item.number);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
