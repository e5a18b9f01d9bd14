/// A reader against a simulated server over a link that loses, repeats and swaps messages, breaks,
/// and forgets consumers. Whatever happens, every message of the lane arrives once and in order.
#include "cluster/reader/reader_machine.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <map>
#include <random>

using namespace recado;
using namespace recado::cluster;
using namespace std::chrono_literals;

namespace {

class simulation {
public:
  explicit simulation(unsigned seed) : dice_(seed), reader_(limits(), {}, 20) {
    tell(event::stream_open{1});
  }

  void run() {
    for (int i = 0; i < 3000; ++i)
      turn(true);
    if (!linked_) link_up();
    for (int i = 0; i < 200'000 && !complete(); ++i)
      turn(false);
    BOOST_TEST(complete());
  }

private:
  struct consumer {
    std::int64_t next = 1;
    std::int64_t sent = 0;
    std::uint64_t pull = 0;
    std::uint32_t wanted = 0;
    steady_time expires{};
  };

  static reader_limits limits() { return {.batch_max = 8, .idle_step = 5}; }
  bool chance(int percent) { return std::uniform_int_distribution{1, 100}(dice_) <= percent; }
  bool complete() const { return heard_ == lane_; }

  void turn(bool faulty) {
    now_ += std::chrono::milliseconds{std::uniform_int_distribution{0, 400}(dice_)};
    if (faulty && chance(30)) publish();
    if (faulty && chance(1)) linked_ ? link_down() : link_up();
    if (faulty && chance(1)) consumers_.clear(); // the server was restarted
    serve();
    if (!wire_.empty() && chance(70)) deliver(faulty);
    if (!late_.empty() && chance(15)) tell_late();
    if (chance(60)) release_credit();
    if (auto wake = reader_.wake_at(); wake && *wake <= now_) tell(event::tick{});
  }

  void publish() {
    ++last_;
    if (chance(50)) lane_.push_back(last_);
  }

  void link_down() {
    linked_ = false;
    wire_.clear(); // what was on its way is lost
    tell(event::stream_lost{});
  }
  void link_up() {
    linked_ = true;
    tell(event::stream_open{1});
  }

  /// The server's side: fills pulls, expires them, sends a heartbeat now and then.
  void serve() {
    for (auto& [number, c] : consumers_) {
      if (c.wanted == 0) continue;
      for (auto seq : lane_) {
        if (c.wanted == 0) break;
        if (seq < c.next) continue;
        c.next = seq + 1;
        --c.wanted;
        send(event::delivered{number, ++c.sent, seq, seq * 10});
      }
      if (c.wanted == 0) continue;
      c.next = last_ + 1;
      if (now_ >= c.expires)
        c.wanted = 0, send(event::pull_ended{number, c.pull});
      else if (chance(5))
        send(event::heartbeat{number, c.sent, last_});
    }
  }
  void send(reader_event what) {
    if (linked_) wire_.push_back(std::move(what));
  }

  void deliver(bool faulty) {
    auto what = wire_.front();
    wire_.pop_front();
    if (faulty && chance(5)) return late_.push_back(what);
    if (faulty && chance(3)) return;                // lost
    if (faulty && chance(3)) late_.push_back(what); // and again, later
    if (faulty && chance(3) && !wire_.empty()) std::swap(what, wire_.front());
    tell(what);
  }

  void tell_late() {
    auto index = std::uniform_int_distribution<std::size_t>{0, late_.size() - 1}(dice_);
    std::swap(late_[index], late_.back());
    auto what = late_.back();
    late_.pop_back();
    if (linked_) tell(what);
  }

  void release_credit() {
    if (held_ == 0) return;
    auto some = std::uniform_int_distribution<std::uint32_t>{1, held_}(dice_);
    held_ -= some;
    tell(event::credit{some});
  }

  void tell(const reader_event& what) {
    reader_actions todo;
    reader_.step(what, now_, todo);
    for (const auto& one : todo)
      std::visit([this](const auto& act) { perform(act); }, one);
  }

  void perform(const action::create_consumer& act) {
    if (!linked_ || chance(5)) return; // the answer never comes
    if (chance(5)) return send(event::consumer_failed{act.consumer});
    consumers_[act.consumer] = {.next = act.start_seq};
    send(event::consumer_ready{act.consumer});
  }
  void perform(const action::delete_consumer& act) { consumers_.erase(act.consumer); }
  void perform(const action::pull& act) {
    auto found = consumers_.find(act.consumer);
    if (found == consumers_.end()) return send(event::consumer_gone{act.consumer});
    found->second.pull = act.pull;
    found->second.wanted = act.batch;
    found->second.expires = now_ + 20s;
  }
  void perform(const action::deliver& act) {
    BOOST_REQUIRE(heard_.size() < lane_.size());
    BOOST_REQUIRE(act.at.seq == lane_[heard_.size()]);
    heard_.push_back(act.at.seq);
    BOOST_REQUIRE(++held_ <= 20u); // never more than the credit
  }
  void perform(const action::look_at& act) {
    send(event::place_known{act.consumer, {act.generation, act.seq, act.seq * 10, {}}});
  }
  void perform(const action::idle_at& act) {
    // Nothing of the lane lies between the last delivery and here.
    auto next = heard_.size() < lane_.size() ? lane_[heard_.size()] : last_ + 1;
    BOOST_REQUIRE(act.at.seq < next);
  }

  std::mt19937 dice_;
  steady_time now_{};
  reader_machine reader_;
  bool linked_ = true;
  std::int64_t last_ = 0;          ///< of the stream
  std::vector<std::int64_t> lane_; ///< the sequences of this lane
  std::vector<std::int64_t> heard_;
  std::uint32_t held_ = 0;
  std::map<consumer_number, consumer> consumers_;
  std::deque<reader_event> wire_;
  std::vector<reader_event> late_; ///< overtaken by others
};

} // namespace

BOOST_AUTO_TEST_SUITE(reader_property_suite)

BOOST_AUTO_TEST_CASE(every_message_arrives_once_and_in_order_whatever_the_link_does) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      simulation{seed}.run();
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
