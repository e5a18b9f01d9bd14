#include "actors/presence/presence_board.hpp"

#include "tests/actors/presence/presence_values.hpp"

#include <deque>
#include <set>

namespace recado::presence::test {
namespace {

/// Two nodes' boards, a bus that only carries, and a table of when people were last seen.
struct two_boards {
  two_boards() {
    for (int i = 0; i < 2; ++i)
      boards.push_back(std::make_shared<presence_board>(gateway_key{i ? "n2" : "n1", 1},
                                                        ports(static_cast<std::size_t>(1 - i))));
    boards[1]->listen([this](const presence_change& what) {
      heard += what.who.user.value + ':' + std::string{to_string(what.who.now)} + ' ';
    });
  }
  board_ports ports(std::size_t other) {
    board_ports out;
    out.now = [this] { return at(now); };
    out.steady = [this] { return boot(now); };
    out.linked = [] { return true; };
    out.tell = [this, other](std::string bytes) {
      wire.push_back([this, other, bytes] { boards[other]->hear(bytes); });
    };
    out.ask = [this](const gateway_key& whom, std::string bytes, auto done) {
      wire.push_back(
        [this, whom, bytes, done] { done(boards[whom.node == "n2" ? 1 : 0]->answer(bytes)); });
    };
    out.keep = [this](const seen_list& seen, auto done) {
      for (const auto& [who, when] : seen)
        if (!broken) kept[who] = when;
      done(!broken);
    };
    out.look_up = [this](const client_id& client, const user_id& viewer,
                         const std::vector<user_id>& users, auto done) {
      ++asked;
      if (broken) return done(fail(ec::store_unavailable));
      std::vector<known_user> found;
      for (const auto& each : users)
        if (exists.contains(each) && (viewer.empty() || each.value != "stranger")) {
          auto seen = kept.find({client, each});
          found.push_back({each, seen == kept.end() ? std::nullopt : std::optional{seen->second}});
        }
      done(std::move(found));
    };
    return out;
  }
  void run() {
    while (!wire.empty()) {
      auto next = std::move(wire.front());
      wire.pop_front();
      next();
    }
  }
  std::vector<presence_record> find(std::vector<std::string> names, std::string viewer = {}) {
    std::vector<user_id> users;
    users.reserve(names.size());
    for (auto& each : names)
      users.emplace_back(std::move(each));
    std::vector<presence_record> out;
    boards[1]->find(tenant, user_id{std::move(viewer)}, users, [&](auto got) {
      failed = !got;
      if (got) out = *got;
    });
    return out;
  }

  int now = 1, asked = 0;
  bool broken = false, failed = false;
  std::deque<std::function<void()>> wire;
  std::map<person, wall_time> kept;
  std::set<user_id> exists{user_id{"ana"}, user_id{"bruno"}, user_id{"stranger"}};
  std::vector<std::shared_ptr<presence_board>> boards;
  std::string heard;
  uuid phone = uuid::v7();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(boards, two_boards)

BOOST_AUTO_TEST_CASE(presence_is_told_and_found_on_the_other_node) {
  boards[0]->set(phone, tenant, user_id{"ana"}, online);
  run();
  BOOST_TEST(heard == "ana:online ");
  now = 5;
  auto got = find({"ana"});
  BOOST_TEST(got[0].now == online);
  BOOST_TEST((got[0].last_seen == at(5))); // now
  BOOST_TEST(asked == 0);                  // memory knew
  boards[0]->set(phone, tenant, user_id{"ana"}, away);
  boards[0]->end(phone);
  run();
  BOOST_TEST(heard == "ana:online ana:away ana:offline ");
  got = find({"bruno", "ana", "nobody"});
  BOOST_REQUIRE_EQUAL(got.size(), 3U);
  BOOST_TEST((got[0].now == offline && !got[0].last_seen));
  BOOST_TEST((got[1].now == offline && got[1].last_seen == at(5)));
  BOOST_TEST((got[2].user.value == "nobody" && got[2].now == offline && !got[2].last_seen));
}

BOOST_AUTO_TEST_CASE(a_viewer_sees_nothing_of_a_stranger) {
  boards[1]->set(phone, tenant, user_id{"stranger"}, online);
  BOOST_TEST(find({"stranger"})[0].now == online);
  auto got = find({"stranger", "ana"}, "bruno");
  BOOST_TEST((got[0].now == offline && !got[0].last_seen));
}

BOOST_AUTO_TEST_CASE(last_seen_is_kept_lazily_and_again_after_a_failure) {
  broken = true;
  boards[0]->set(phone, tenant, user_id{"ana"}, online);
  boards[0]->tick();
  BOOST_TEST(kept.empty());
  broken = false;
  boards[0]->tick();
  BOOST_TEST((kept[user("ana")] == at(1)));
  now = 3;
  boards[0]->leave();
  BOOST_TEST((kept[user("ana")] == at(3)));
  run();
  BOOST_TEST(find({"ana"})[0].now == offline);
}

BOOST_AUTO_TEST_CASE(without_the_store_only_what_memory_knows_is_found) {
  broken = true;
  boards[1]->set(phone, tenant, user_id{"ana"}, online);
  find({"ana"});
  BOOST_TEST(!failed);
  find({"ana", "bruno"});
  BOOST_TEST(failed);
}

BOOST_AUTO_TEST_CASE(a_lost_delta_is_repaired_by_pages) {
  boards[0]->set(phone, tenant, user_id{"ana"}, online);
  wire.clear(); // lost
  boards[0]->set(uuid::v7(), tenant, user_id{"bruno"}, online);
  run();
  BOOST_TEST(heard == "bruno:online ana:online ");
}

BOOST_AUTO_TEST_CASE(noise_is_no_news) {
  boards[1]->hear("noise");
  BOOST_TEST(boards[1]->answer("noise").empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::presence::test
