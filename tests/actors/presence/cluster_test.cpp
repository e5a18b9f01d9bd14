#include "actors/presence/everybody.hpp"

#include "tests/actors/presence/presence_values.hpp"

#include <deque>
#include <random>
#include <variant>

namespace recado::presence::test {
namespace {

/// Gateways on a bus that may lose, repeat and reorder what they tell each other.
struct cluster_of_gateways {
  struct gateway {
    everybody all;
    std::map<person, presence_status> shown; ///< as its co-members were told
    std::map<uuid, std::pair<person, presence_status>> connections;
    bool dead = false;
  };
  struct letter {
    gateway_key to;
    std::variant<delta, digest, farewell, page_request, page_of_people> what;
    gateway_key from{};
  };

  explicit cluster_of_gateways(unsigned seed = 1) : random(seed) {}

  gateway& add(const gateway_key& who) {
    return gateways.try_emplace(who, gateway{everybody{who, config}, {}, {}}).first->second;
  }
  void pass(const gateway_key& who) {
    auto& from = gateways.at(who);
    auto got = from.all.take_results();
    for (const auto& each : got.changes) {
      auto& shown = from.shown[each.who];
      BOOST_REQUIRE_MESSAGE(shown != each.now, "told twice: " << each.who.user.value);
      shown = each.now;
    }
    for (const auto& each : got.deltas)
      tell_all(each);
    if (got.sum) tell_all(*got.sum);
    for (const auto& [to, what] : got.asking)
      wire.push_back({to, what, who});
  }
  template <class News>
  void tell_all(const News& news) {
    for (const auto& [to, each] : gateways) {
      if (lossy && chance(4)) continue;
      for (int n = lossy && chance(8) ? 2 : 1; n > 0; --n)
        wire.push_back({to, news, news.from});
      if (lossy && chance(8) && wire.size() > 1) std::swap(wire.back(), wire[wire.size() - 2]);
    }
  }
  void deliver() {
    auto next = std::move(wire.front());
    wire.pop_front();
    auto& to = gateways.at(next.to);
    if (auto* asked = std::get_if<page_request>(&next.what)) {
      // Two at a time: the pages of a reading lie far apart.
      if (!to.dead && !(lossy && chance(4)))
        wire.push_back({next.from, to.all.page(*asked, 2), next.to});
      else if (auto& asker = gateways.at(next.from); !asker.dead)
        asker.all.hear_page(next.to, std::nullopt, at(now));
    } else if (!to.dead) {
      hear(to, next);
    }
    for (const auto& [who, each] : gateways)
      if (!each.dead) pass(who);
  }
  void hear(gateway& to, const letter& what) {
    if (const auto* change = std::get_if<delta>(&what.what))
      to.all.hear(*change, at(now), boot(now));
    if (const auto* sum = std::get_if<digest>(&what.what)) to.all.hear(*sum, at(now), boot(now));
    if (const auto* end = std::get_if<farewell>(&what.what)) to.all.hear(*end, at(now));
    if (const auto* page = std::get_if<page_of_people>(&what.what))
      to.all.hear_page(what.from, *page, at(now));
  }
  void run() {
    while (!wire.empty())
      deliver();
  }
  void tick(int seconds) {
    for (; seconds > 0; --seconds) {
      ++now;
      for (auto& [who, each] : gateways) {
        if (each.dead) continue;
        each.all.tick(at(now), boot(now), true);
        pass(who);
      }
      run();
    }
  }
  void set(const gateway_key& who, const uuid& connection, const std::string& name,
           presence_status status) {
    auto& where = gateways.at(who);
    where.connections[connection] = {user(name), status};
    where.all.set(connection, user(name), status, at(now));
    pass(who);
  }
  void end(const gateway_key& who, uuid connection) {
    auto& where = gateways.at(who);
    where.connections.erase(connection);
    where.all.end(connection, at(now));
    pass(who);
  }
  void kill(const gateway_key& who) { gateways.at(who).dead = true; }
  presence_status seen_from(const gateway_key& who, const std::string& name) {
    return gateways.at(who).all.of(user(name)).now;
  }
  presence_status truth(const std::string& name) const {
    auto out = offline;
    for (const auto& [who, each] : gateways)
      for (const auto& [connection, one] : each.connections)
        if (!each.dead && one.first == user(name)) out = std::max(out, one.second);
    return out;
  }
  bool chance(unsigned n) { return random() % n == 0; }

  std::mt19937 random;
  everybody_config config{};
  std::map<gateway_key, gateway> gateways;
  std::deque<letter> wire;
  bool lossy = false;
  int now = 1;
};

struct two_gateways : cluster_of_gateways {
  gateway_key n1{"n1", 1}, n2{"n2", 1};
  uuid phone = uuid::v7(), desk = uuid::v7();
  two_gateways() {
    add(n1);
    add(n2);
    tick(1);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gateways, two_gateways)

BOOST_AUTO_TEST_CASE(whoever_is_online_at_one_is_seen_at_the_other) {
  set(n1, phone, "ana", online);
  run();
  BOOST_TEST(seen_from(n2, "ana") == online);
  BOOST_TEST(gateways.at(n2).shown[user("ana")] == online);
  end(n1, phone);
  run();
  BOOST_TEST(seen_from(n2, "ana") == offline);
  BOOST_TEST((gateways.at(n2).all.of(user("ana")).at == at(now)));
  BOOST_TEST((gateways.at(n2).all.of(user("zoe")).at == wall_time::min())); // never heard of
}

BOOST_AUTO_TEST_CASE(connections_at_two_gateways_are_one_person) {
  set(n1, phone, "ana", online);
  set(n2, desk, "ana", away);
  run();
  BOOST_TEST(seen_from(n1, "ana") == online);
  BOOST_TEST(seen_from(n2, "ana") == online);
  end(n1, phone);
  run();
  BOOST_TEST(seen_from(n1, "ana") == away);
  BOOST_TEST(gateways.at(n1).shown[user("ana")] == away);
}

BOOST_AUTO_TEST_CASE(the_death_of_a_gateway_takes_its_people_at_once) {
  set(n1, phone, "ana", online);
  set(n2, desk, "ana", online);
  set(n2, uuid::v7(), "bruno", online);
  run();
  kill(n2);
  gateways.at(n1).all.gone(n2, at(now));
  pass(n1);
  BOOST_TEST(seen_from(n1, "bruno") == offline);
  BOOST_TEST(gateways.at(n1).shown[user("bruno")] == offline);
  BOOST_TEST(seen_from(n1, "ana") == online); // with her phone
  auto seen = gateways.at(n1).all.take_seen(10);
  BOOST_TEST(seen.size() == 2U); // and somebody keeps when the dead's were seen
}

BOOST_AUTO_TEST_CASE(a_silent_gateway_is_gone_but_not_while_we_are_deaf) {
  set(n2, phone, "bruno", online);
  run();
  kill(n2);
  auto& one = gateways.at(n1).all;
  for (int i = 0; i < 100; ++i) {
    ++now;
    one.tick(at(now), boot(now), false);
  }
  BOOST_TEST(seen_from(n1, "bruno") == online);
  tick(29);
  BOOST_TEST(seen_from(n1, "bruno") == online);
  tick(2);
  BOOST_TEST(seen_from(n1, "bruno") == offline);
}

BOOST_AUTO_TEST_CASE(a_new_life_of_a_node_ends_the_one_before) {
  set(n2, phone, "bruno", online);
  run();
  kill(n2);
  gateway_key again{"n2", 2};
  add(again);
  set(again, desk, "carla", online);
  run();
  BOOST_TEST(seen_from(n1, "bruno") == offline);
  BOOST_TEST(seen_from(n1, "carla") == online);
  gateways.at(n1).all.hear(delta{n2, 9, {{user("bruno"), online, at(now)}}}, at(now), boot(now));
  BOOST_TEST(seen_from(n1, "bruno") == offline); // from the dead
}

BOOST_AUTO_TEST_CASE(a_gateway_that_ends_says_so) {
  set(n2, phone, "bruno", online);
  run();
  auto bye = gateways.at(n2).all.leave(at(now));
  BOOST_TEST(gateways.at(n2).all.take_seen(10).size() == 1U);
  gateways.at(n1).all.hear(bye, at(now));
  BOOST_TEST(seen_from(n1, "bruno") == offline);
}

BOOST_AUTO_TEST_CASE(a_newcomer_learns_of_everybody_at_once) {
  for (int i = 0; i < 7; ++i)
    set(i % 2 ? n1 : n2, uuid::v7(), "u" + std::to_string(i), online);
  run();
  gateway_key n3{"n3", 1};
  add(n3);
  tick(1);
  for (int i = 0; i < 7; ++i)
    BOOST_TEST(seen_from(n3, "u" + std::to_string(i)) == online);
}

BOOST_AUTO_TEST_CASE(what_was_last_seen_is_kept_once_and_may_be_put_back) {
  set(n1, phone, "ana", online);
  set(n1, phone, "ana", away);
  ++now;
  end(n1, phone);
  auto& one = gateways.at(n1).all;
  auto seen = one.take_seen(10);
  BOOST_REQUIRE_EQUAL(seen.size(), 1U);
  BOOST_TEST((seen[0].second == at(now)));
  BOOST_TEST(one.take_seen(10).empty());
  one.put_back(seen);
  BOOST_TEST(one.take_seen(10).size() == 1U);
}

BOOST_AUTO_TEST_CASE(who_has_gone_is_forgotten_after_a_while) {
  set(n1, phone, "ana", online);
  end(n1, phone);
  tick(100);
  BOOST_TEST(gateways.at(n2).all.others_size() == 0U);
  BOOST_TEST((gateways.at(n1).all.of(user("ana")).at == wall_time::min()));
}

BOOST_AUTO_TEST_SUITE_END()

/// Whatever the bus does, and whoever dies: when it is quiet again, all see the same.
BOOST_AUTO_TEST_CASE(all_gateways_agree_in_the_end) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      cluster_of_gateways world{seed};
      std::vector<gateway_key> alive{{"n1", 1}, {"n2", 1}, {"n3", 1}};
      for (const auto& who : alive)
        world.add(who);
      world.lossy = true;
      for (int step = 0; step < 400; ++step) {
        auto who = alive[world.random() % alive.size()];
        auto& connections = world.gateways.at(who).connections;
        auto name = "u" + std::to_string(world.random() % 9);
        if (connections.size() > 4 || (world.chance(3) && !connections.empty()))
          world.end(who, connections.begin()->first);
        else
          world.set(who, uuid::v7(), name, world.chance(3) ? away : online);
        for (auto n = world.random() % 6; n > 0 && !world.wire.empty(); --n)
          world.deliver();
        if (world.chance(20)) world.tick(static_cast<int>(world.random() % 15));
        if (step == 200) {
          world.kill(alive.back());
          alive.back().incarnation = 2;
          world.add(alive.back());
        }
      }
      world.lossy = false;
      world.tick(45);
      for (const auto& who : alive)
        for (int i = 0; i < 9; ++i) {
          auto name = "u" + std::to_string(i);
          BOOST_TEST(world.seen_from(who, name) == world.truth(name));
          BOOST_TEST(world.gateways.at(who).shown[user(name)] == world.truth(name));
        }
    }
  }
}

} // namespace recado::presence::test
