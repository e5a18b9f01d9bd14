#pragma once
/// Reads one lane of one partition in order: the rules, without NATS and without a clock.
#include "cluster/reader/position.hpp"
#include "schemas/time.hpp"

#include <optional>
#include <variant>
#include <vector>

namespace recado::cluster {

/// Numbers the consumers of one lane; what an older one delivers late is ignored.
using consumer_number = std::uint64_t;

struct reader_limits {
  std::chrono::milliseconds heartbeat{2'000}; ///< of an idle pull
  std::chrono::milliseconds silence{5'000};   ///< nothing heard for so long: the pull is lost
  std::chrono::milliseconds pull_expiry{21'000};
  /// nats-server 2.9 forgets a pull without a word when a message finds it expired before the
  /// server's own timer did. So much later we take it as ended by ourselves.
  std::chrono::milliseconds expiry_grace{250};
  std::chrono::milliseconds answer{3'000}; ///< for the creation of a consumer
  std::chrono::milliseconds backoff_first{20};
  std::chrono::milliseconds backoff_max{2'000};
  std::uint32_t batch_max = 512;   ///< messages per pull
  std::int64_t idle_step = 10'000; ///< an idle lane follows the stream's end in steps of this
};

namespace event {
/// The link is up and this is the stream to read.
struct stream_open {
  stream_generation generation;
};
/// The link broke, or nobody knows which stream to read.
struct stream_lost {};
struct consumer_ready {
  consumer_number consumer;
};
struct consumer_failed {
  consumer_number consumer;
};
struct delivered {
  consumer_number consumer;
  std::int64_t consumer_seq; ///< counts the deliveries of one consumer from 1
  std::int64_t stream_seq;
  std::int64_t published_ns;
  std::int64_t pending = 0; ///< what waited behind it then
};
struct heartbeat {
  consumer_number consumer;
  std::int64_t last_consumer_seq; ///< what the consumer has delivered
  std::int64_t last_stream_seq;   ///< how far it has looked
};
/// The pull expired or was used up (status 408, 404).
struct pull_ended {
  consumer_number consumer;
  std::uint64_t pull;
};
/// The consumer is gone or refuses (status 409, 503).
struct consumer_gone {
  consumer_number consumer;
};
/// The message found at a place that `look_at` asked for.
struct place_known {
  consumer_number consumer;
  position at;
};
/// The host can take this many more.
struct credit {
  std::uint32_t messages;
};
struct stop {};
/// wake_at() has come.
struct tick {};
} // namespace event

using reader_event =
  std::variant<event::stream_open, event::stream_lost, event::consumer_ready,
               event::consumer_failed, event::delivered, event::heartbeat, event::pull_ended,
               event::consumer_gone, event::place_known, event::credit, event::stop, event::tick>;

namespace action {
struct create_consumer {
  consumer_number consumer;
  stream_generation generation;
  std::int64_t start_seq;
};
struct delete_consumer {
  consumer_number consumer;
  stream_generation generation;
};
struct pull {
  consumer_number consumer;
  stream_generation generation;
  std::uint64_t pull;
  std::uint32_t batch;
};
/// The message of this event goes to the host.
struct deliver {
  position at;
};
/// The lane is idle and the stream's end is far away: find the message there.
struct look_at {
  consumer_number consumer;
  stream_generation generation;
  std::int64_t seq;
};
/// Nothing of this lane lies at or before this place: the host may move its cursor.
struct idle_at {
  position at;
};
} // namespace action

using reader_action = std::variant<action::create_consumer, action::delete_consumer, action::pull,
                                   action::deliver, action::look_at, action::idle_at>;
using reader_actions = std::vector<reader_action>;

/// One consumer at a time, one pull at a time. Delivers in strictly ascending order of the stream
/// and leaves nothing out: a gap in the consumer's count, a lost pull or a new link make the next
/// consumer, from the place after the last delivery.
class reader_machine {
public:
  /// `first` must be above every number that this lane's earlier machines used.
  reader_machine(reader_limits limits, position cursor, std::uint32_t credit,
                 consumer_number first = 1);

  /// Appends what to do, in order.
  void step(const reader_event& what, steady_time now, reader_actions& todo);

  /// When to call with event::tick, if nothing happens before.
  std::optional<steady_time> wake_at() const noexcept { return wake_at_; }
  /// The last delivery, or where the lane starts. After stream_open it is in that generation.
  const position& at() const noexcept { return at_; }
  std::uint32_t credit() const noexcept { return credit_; }
  consumer_number last_consumer() const noexcept { return consumer_; }
  /// It has had no working consumer for so long: what lies in the stream waits.
  bool stalled(std::chrono::milliseconds patience, steady_time now) const noexcept {
    return state_ != state::reading && now - changed_at_ >= patience;
  }
  /// Messages of this lane that wait in the stream, as of the last thing heard.
  std::int64_t behind() const noexcept { return behind_; }
  /// It was told to read that stream, and has not lost it.
  bool opened(stream_generation generation) const noexcept {
    return open_ == generation && state_ != state::waiting;
  }
  /// The cursor is in a younger generation than the stream we were told to read.
  bool ahead_of(stream_generation generation) const noexcept { return at_.generation > generation; }

private:
  enum class state : std::uint8_t { waiting, creating, reading, resting, stopped };

  void on(const event::stream_open& what);
  void on(const event::stream_lost&);
  void on(const event::consumer_ready& what);
  void on(const event::consumer_failed& what);
  void on(const event::delivered& what);
  void on(const event::heartbeat& what);
  void on(const event::pull_ended& what);
  void on(const event::consumer_gone& what);
  void on(const event::place_known& what);
  void on(const event::credit& what);
  void on(const event::stop&);
  void on(const event::tick&);

  bool reads(consumer_number consumer) const noexcept {
    return state_ == state::reading && consumer == consumer_;
  }
  void create();
  void replace();
  void rest();
  void drop_consumer();
  void pull_if_useful();
  void heard();
  void wait_for_a_sign();

  reader_limits limits_;
  state state_ = state::waiting;
  position at_;
  std::uint32_t credit_;
  consumer_number consumer_;
  stream_generation open_ = 0; ///< the stream to read
  std::int64_t next_consumer_seq_ = 1;
  std::uint64_t pull_ = 0;
  std::uint32_t outstanding_ = 0; ///< messages the present pull may still bring
  steady_time pull_ends_{};
  std::int64_t looked_at_ = 0;
  std::int64_t behind_ = 0;
  steady_time changed_at_{}; ///< to or from reading
  std::chrono::milliseconds backoff_{0};
  std::optional<steady_time> wake_at_;
  steady_time now_{};
  reader_actions* todo_ = nullptr; ///< during step()
};

} // namespace recado::cluster
