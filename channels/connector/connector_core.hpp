#pragma once
/// Everything that a connector decides: which delivery is tried next, when, and what follows a try.
/// Pure: `now` comes in, actions go out; connector_actor carries them out.
#include <deque>
#include <random>
#include <set>
#include <span>
#include <unordered_map>
#include <variant>

#include "channels/channel.hpp"
#include "channels/connector/snapshot.hpp"
#include "runtime/policy/circuit_breaker.hpp"
#include "runtime/policy/token_bucket.hpp"
#include "runtime/policy/weighted_lanes.hpp"

namespace recado::channels {

struct instant {
  steady_time steady;
  wall_time wall;
};

struct connector_config {
  pacing pace;
  double pace_share = 1; ///< this node's part of the pace
  policy::retry_config retry;
  policy::circuit_breaker_config breaker;
  bool ordered = true;
  std::size_t rows_max = 1'000; ///< deliveries in memory; the rest waits in the database
  /// begin and settle are commits; one that is not answered by then is given up, and its row is
  /// read again.
  std::chrono::nanoseconds ledger_timeout = std::chrono::seconds{60};
  std::chrono::nanoseconds window_timeout = std::chrono::seconds{5}; ///< after load_more
  std::chrono::nanoseconds window_pause = std::chrono::seconds{2};   ///< after one with nothing new
  std::uint64_t seed = 0;                                            ///< of the jitter
};

class connector_core {
public:
  // Actions. A call comes back as begun, answered or settled with the same ticket.
  struct begin {
    std::uint64_t ticket;
    open_delivery_ptr what;
    std::int32_t attempt;
  };
  struct send {
    std::uint64_t ticket;
    open_delivery_ptr what;
  };
  struct settle {
    std::uint64_t ticket;
    open_delivery_ptr what;
    attempt_outcome outcome;
  };
  struct expire {
    open_delivery_ptr what;
  };
  struct load_more {};
  using action = std::variant<begin, send, settle, expire, load_more>;
  using actions = std::vector<action>;

  explicit connector_core(connector_config config);

  // Events.
  /// Asks for the first window.
  actions start(instant now);
  actions offered(const open_delivery_ptr& fresh, instant now);
  actions loaded(std::span<const open_delivery_ptr> rows, std::span<const partition_id> complete,
                 steady_time as_of, instant now);
  actions begun(std::uint64_t ticket, bool granted, instant now);
  actions answered(std::uint64_t ticket, const verdict& said, instant now);
  actions settled(std::uint64_t ticket, bool kept, instant now);
  /// The partition will be handed over: what waits is forgotten, a try that was begun goes on.
  actions parting(partition_id part, instant now);
  /// It is not ours any more: a try that is only granted now must not be made.
  actions dropped(partition_id part, instant now);
  actions pause(instant now);
  actions resume(instant now);
  actions change(const pacing& pace, double share, const policy::retry_config& retry, instant now);
  /// The account is gone: what is open fails, now and later.
  actions close(std::string why, instant now);
  /// It is there, again or changed: what failed before says nothing any more.
  actions reopen(instant now);
  actions woke(instant now);

  /// When woke() should be called; nullopt: only an event can change something.
  std::optional<steady_time> wake_at(instant now);
  connector_snapshot snapshot(instant now);
  policy::circuit_breaker::state breaker(instant now) { return breaker_.at(now.steady); }
  std::size_t size() const { return entries_.size(); }
  /// Is a try of this partition's deliveries begun and not settled?
  bool under_way(partition_id part) const;

private:
  enum class stage : std::uint8_t { held, waiting, ready, beginning, sending, settling };
  struct entry {
    open_delivery_ptr what;
    stage at = stage::held;
    lane in = lane::standard; ///< while ready
    std::int32_t attempts = 0;
    std::optional<wall_time> first_try;
    wall_time due{};
    bool doubt = false;   ///< a try of another owner has an unknown end, not recorded yet
    bool parting = false; ///< under way, and then no business of ours
    bool dropped = false; ///< its partition is not ours any more
    bool in_slot = false; ///< counts as in flight
    std::uint64_t ticket = 0;
    std::optional<policy::circuit_breaker::permit> permit;
    std::optional<wall_time> next; ///< of the outcome that is being settled
    std::optional<steady_time> wake;
  };
  struct order_key {
    conversation_id conversation;
    std::string address;
    auto operator<=>(const order_key&) const = default;
  };
  using entries = std::unordered_map<uuid, entry>;
  /// What stays in the database although a window brought it.
  struct gaps {
    std::set<partition_id> parts;
    std::set<order_key> keys; ///< behind these nothing may be taken
  };

  static order_key key_of(const open_delivery& what) { return {what.conversation, what.address}; }
  bool holds_rows_back() const { return entries_.size() >= config_.rows_max; }
  void insert(const open_delivery_ptr& what, instant now);
  void enqueue(const open_delivery& what);
  void make_room(gaps& left, instant now);
  void take_row(const open_delivery_ptr& row, steady_time as_of, gaps& left, instant now);
  bool wants_rows() const;
  void advance(const uuid& id, instant now);
  void ready(entry& one, instant now);
  lane lane_of(const entry& one) const;
  void leave_lane(const uuid& id);
  void forget(const uuid& id, instant now);
  void unlink(const open_delivery& what, instant now);
  bool expired(const entry& one, instant now) const;
  void expire_now(const uuid& id, instant now);
  void record_doubt(entry& one, instant now);
  void settle_with(entry& one, attempt_outcome outcome);
  void fail_for_good(entry& one, instant now);
  void plan_next(const entry& one, const verdict& said, attempt_outcome& outcome, instant now);
  void report(entry& one, provider_health health, instant now);
  void free_slot(entry& one);
  void pump(instant now);
  void begin_next(policy::circuit_breaker::permit permit, instant now);
  bool may_begin() const;
  void miss(partition_id part, instant now);
  void remember_end(const uuid& id, instant now);
  bool ended_since(const uuid& id, steady_time as_of) const;
  void ask(instant now);
  void set_wake(entry& one, std::optional<steady_time> at);
  void plan_wake(entry& one, instant now);
  void wake(const uuid& id, instant now);
  entry* under_way(std::uint64_t ticket, stage at);
  std::uint32_t slots() const;
  static steady_time steady_of(wall_time at, instant now);
  actions take() { return std::exchange(out_, {}); }

  connector_config config_;
  policy::token_bucket bucket_;
  policy::circuit_breaker breaker_;
  policy::weighted_lanes<uuid> lanes_;
  std::mt19937_64 random_;
  entries entries_;
  std::map<order_key, std::deque<uuid>> order_;
  std::map<std::uint64_t, uuid> calls_; ///< ticket → delivery
  std::set<std::pair<steady_time, uuid>> wakes_;
  std::set<partition_id> complete_;             ///< all open rows of these are in memory
  std::map<partition_id, steady_time> missed_;  ///< when a row of it was last refused
  std::unordered_map<uuid, steady_time> ended_; ///< the last ones, by ended_order_
  std::deque<uuid> ended_order_;
  bool backlog_ = true; ///< there is, or may be, more in the database
  bool asked_ = false;
  steady_time asked_at_{};
  steady_time ask_again_{};
  bool paused_ = false;
  std::optional<std::string> closed_;
  std::uint32_t in_flight_ = 0;
  std::uint64_t last_ticket_ = 0;
  connector_snapshot counts_;
  actions out_;
};

} // namespace recado::channels
