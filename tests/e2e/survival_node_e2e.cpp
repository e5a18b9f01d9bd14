/// kill -9 of the node in the middle of 20,000 sends.
#include "tests/e2e/survival.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <nlohmann/json.hpp>
#include <thread>

namespace recado::e2e {

namespace bdata = boost::unit_test::data;
using nlohmann::json;

namespace {

constexpr std::size_t messages = 20'000;
constexpr unsigned at_a_time = 1'000;
constexpr std::size_t conversations = 40;

/// One person's WebSocket, who writes without waiting for answers and, when the connection breaks,
/// sends what was not answered again, in order.
class hasty_writer {
public:
  hasty_writer(world& one, std::string conversation, std::size_t count)
    : one_(one),
      conversation_(std::move(conversation)) {
    for (std::size_t n = 0; n < count; ++n)
      ids_.push_back(uuid::v7().str());
  }

  /// Until everything is answered; false when the time is over.
  bool write_all(milliseconds limit) {
    auto until = std::chrono::steady_clock::now() + limit;
    while (answered_ < ids_.size() && std::chrono::steady_clock::now() < until)
      if (!session(until)) std::this_thread::sleep_for(50ms);
    return answered_ == ids_.size();
  }
  const std::vector<std::string>& ids() const { return ids_; }

  /// After so many answers, most of a window unanswered.
  void kill_node_after(std::deque<std::size_t> answers) { kills_ = std::move(answers); }

private:
  bool session(std::chrono::steady_clock::time_point until) {
    auto socket = one_.api().open_socket();
    if (!socket) return false;
    auto next = answered_;
    while (answered_ < ids_.size() && std::chrono::steady_clock::now() < until) {
      for (; next < ids_.size() && next < answered_ + window; ++next)
        if (!socket->send(frame_of(next))) return false;
      auto got = socket->receive(5s);
      if (!got || (*got && !on_frame(**got))) return false;
    }
    return true;
  }

  std::string frame_of(std::size_t n) const {
    return json{
      {"type", "send"},        {"id", std::to_string(n)},
      {"from", "ana"},         {"conversation_id", conversation_},
      {"message_id", ids_[n]}, {"payload", {{"type", "text"}, {"text", std::to_string(n)}}}}
      .dump();
  }

  /// False: an error; a new session sends it again.
  bool on_frame(const std::string& text) {
    auto frame = json::parse(text, nullptr, false);
    auto type = frame.value("type", "");
    if (type == "error") return false;
    if (type == "ack" && frame["seq"].is_number() && frame["id"] == std::to_string(answered_))
      ++answered_;
    if (!kills_.empty() && answered_ >= kills_.front()) {
      kills_.pop_front();
      one_.kill_node();
    }
    return true;
  }

  static constexpr std::size_t window = 50;
  world& one_;
  std::string conversation_;
  std::vector<std::string> ids_;
  std::deque<std::size_t> kills_;
  std::size_t answered_ = 0;
};

} // namespace

BOOST_DATA_TEST_CASE(no_promise_is_broken_when_the_node_is_killed_three_times_under_load,
                     bdata::make({"stream", "auto"}), wire) {
  world one{{.wire = wire}};
  auto api = one.api();
  ledger book{api, conversations, messages};
  auto kill = [&] { one.kill_node(); };
  auto report = besiege(one, book, at_a_time, {{5'000, kill}, {10'000, kill}, {15'000, kill}});
  BOOST_TEST(report.faults == 3u);
  BOOST_TEST(report.done == messages);
  BOOST_TEST(book.answered() == messages);
  check_promises(one, book, 2'000);
}

BOOST_DATA_TEST_CASE(a_session_that_does_not_wait_for_answers_keeps_its_order_across_kills,
                     bdata::make({"stream", "auto"}), wire) {
  world one{{.wire = wire}};
  auto api = one.api();
  ledger book{api, 1, 0};
  hasty_writer ana{one, book.conversations().front(), 4'000};
  ana.kill_node_after({1'000, 2'000, 3'000});
  BOOST_TEST(ana.write_all(3min));
  one.wait_ready();
  auto history = read_history(api, book.conversations().front());
  std::vector<std::string> in_order;
  in_order.reserve(history.size());
  for (const auto& row : history)
    in_order.push_back(row.message_id);
  BOOST_TEST((in_order == ana.ids()));
}

} // namespace recado::e2e
