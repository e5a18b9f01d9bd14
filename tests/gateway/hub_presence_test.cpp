/// Whose news of presence are told when more of them come than can be told at once.
#include "gateway/realtime/hub_core.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

using namespace recado;
using namespace recado::realtime;

namespace {

/// A hub whose clients have one session each, that looks at everything.
struct clients_of_a_hub final : hub_port {
  explicit clients_of_a_hub(std::size_t waiting_max = 10'000) : hub(config(waiting_max), *this) {
    std::sort(clients.begin(), clients.end());
    for (const auto& each : clients) {
      hub.open(uuid::v7(), each, {});
      hub.on_memberships(call, std::vector<membership>{{room, 0, {}, 0, 0}});
    }
  }
  static realtime_config config(std::size_t waiting_max) {
    realtime_config out;
    out.presence_waiting_max = waiting_max;
    return out;
  }
  void comes(const client_id& client, std::string user) {
    hub.on_presence({client, {user_id{std::move(user)}, presence_status::online, {}}});
  }
  void come(const client_id& client, int from, int to) {
    for (int i = from; i < to; ++i)
      comes(client, fmt::format("u{:05}", i));
  }
  /// Those asked for are in the room: their client's session is told.
  void answer() {
    std::vector<shared_place> all;
    all.reserve(asked_for.size());
    for (const auto& each : asked_for)
      all.push_back({each, room});
    hub.on_shared(asked_call, all);
  }

  void read_shared(std::uint64_t number, const client_id& client,
                   std::vector<user_id> users) override {
    asked_call = number;
    asked = client;
    asked_for = std::move(users);
  }
  void read_memberships(std::uint64_t number, const client_id&, const user_id&) override {
    call = number;
  }
  void deliver(const session_id&, const frame&) override { ++told; }
  void watch(std::uint64_t, std::vector<item>) override {}
  void unwatch(std::vector<item>) override {}
  void read_conversation(std::uint64_t, const item&) override {}
  void read_messages(std::uint64_t, const item&, std::int64_t, std::size_t) override {}
  void read_receipts(std::uint64_t, const item&, std::int64_t) override {}
  void read_statuses(std::uint64_t, const item&, history_service::revisions) override {}
  void opened(const session_id&, result<void>) override {}
  void wake_in(std::chrono::milliseconds) override {}

  std::vector<client_id> clients{client_id::make(), client_id::make()};
  conversation_id room = conversation_id::make();
  std::uint64_t call = 0, asked_call = 0;
  client_id asked;
  std::vector<user_id> asked_for;
  int told = 0;
  hub_core hub;
};

} // namespace

BOOST_AUTO_TEST_SUITE(presence_in_the_hub)

BOOST_AUTO_TEST_CASE(a_client_with_many_changes_does_not_keep_others_waiting) {
  clients_of_a_hub at;
  at.come(at.clients[0], 0, 500);
  at.comes(at.clients[1], "bruno");
  at.answer(); // the first one's, who was asked for alone
  BOOST_TEST((at.asked == at.clients[1]));
  BOOST_TEST(at.asked_for.at(0).value == "bruno");
}

BOOST_AUTO_TEST_CASE(what_waits_is_bounded_for_each_client_alone) {
  clients_of_a_hub at{50};
  at.come(at.clients[0], 0, 1 + 70);
  at.come(at.clients[1], 0, 50);
  for (int i = 0; i < 5; ++i)
    at.answer();
  BOOST_TEST(at.told == 1 + 50 + 50);
}

BOOST_AUTO_TEST_CASE(who_comes_and_goes_all_the_time_does_not_keep_its_neighbours_waiting) {
  clients_of_a_hub at;
  at.come(at.clients[0], 0, 201);
  std::set<user_id> heard;
  for (int i = 0; i < 3; ++i) {
    heard.insert(at.asked_for.begin(), at.asked_for.end());
    at.come(at.clients[0], 0, 100);
    at.answer();
  }
  heard.insert(at.asked_for.begin(), at.asked_for.end());
  BOOST_TEST(heard.size() == 201U);
}

BOOST_AUTO_TEST_CASE(what_could_not_be_told_is_told_later_and_the_newer_word_counts) {
  clients_of_a_hub at;
  at.comes(at.clients[0], "ana");
  at.comes(at.clients[0], "ana");
  at.hub.on_shared(at.asked_call, fail(ec::store_unavailable));
  at.asked_for.clear();
  at.hub.on_wake();
  BOOST_TEST(at.asked_for.size() == 1U);
  at.answer();
  BOOST_TEST(at.told == 1);
}

BOOST_AUTO_TEST_SUITE_END()
