#pragma once
/// Who owns which partition, as seen by one node incarnation: step(event, now) -> actions. Pure.
/// Safety never depends on it: every commit is fenced by the epoch. It makes sure that there is
/// an owner, and that a node which lost its partitions stops soon.
#include "cluster/ownership/health.hpp"
#include "cluster/ownership/silence.hpp"

#include <deque>
#include <set>
#include <variant>

namespace recado::cluster {

struct ownership_config {
  node_key self;
  std::chrono::milliseconds heartbeat_interval{200};
  std::chrono::milliseconds poll_fast{200}; ///< while something is unowned or someone is silent
  std::chrono::milliseconds poll_calm{1'000};
  std::chrono::milliseconds serve_without_heartbeat{2'000}; ///< then stop serving
  std::chrono::milliseconds retry{200};                     ///< after any failure
  std::chrono::milliseconds hold_off{300}; ///< a partition meant for another waits so long
  std::size_t moves_max = 4;               ///< partitions that change hands at the same time
  silence_config silence;
  health_config health;
};

/// What happened. Events marked (answer) end the one request that is under way.
namespace seen {
struct tick {};
/// (answer) We hold the lock of our node id and our row is written.
struct enrolled {};
/// (answer) Not enrolled; `taken`: another living process has this node id.
struct enroll_failed {
  bool taken = false;
};
/// The session that held the lock of our node id is gone.
struct session_lost {};
/// (answer) `known` false: our row is gone or marked as left; another process took our place.
struct heartbeat {
  bool ok = false;
  bool known = true;
};
/// (answer)
struct snapshot {
  std::vector<node_row> nodes;
  std::vector<partition_row> partitions;
};
/// (answer)
struct poll_failed {};
/// (answer) What the compare-and-set gave us; the rest of what was asked had moved on.
struct claimed {
  std::vector<owned_partition> rows; ///< `adoption` is filled in by the machine
};
/// (answer) Nothing was claimed as far as we know; `blocked`: a lock was not free in time.
struct claim_failed {
  bool blocked = false;
};
/// (answer)
struct terminated {};
/// (answer) `done` false: try again; `blocked`: at once, the last commit of ours holds the row.
struct released {
  partition_id id = 0;
  bool done = false;
  bool blocked = false;
};
/// (answer)
struct left {};
/// A fence with this epoch said that the partition is not ours.
struct lost {
  partition_id id = 0;
  epoch at = 0;
};
/// After a commit with an unknown outcome: new epochs, and what is not ours any more.
struct bumped {
  std::vector<held_partition> kept;
  std::vector<partition_id> lost;
};
/// The owner has finished with it: nothing of this partition is under way any more.
struct release_wanted {
  partition_id id = 0;
  lane_cursors cursors;
};
/// A node does not answer at its subject.
struct unreachable {
  node_key who;
};
/// A node says that it cannot write its heartbeat, and serves nothing.
struct serves_nothing {
  node_key who;
};
/// Look at the tables now: something was released for us.
struct nudge {};
/// Give everything back; at the deadline leave without.
struct stop {
  steady_time deadline{};
};
} // namespace seen
using ownership_event =
  std::variant<seen::tick, seen::enrolled, seen::enroll_failed, seen::session_lost, seen::heartbeat,
               seen::snapshot, seen::poll_failed, seen::claimed, seen::claim_failed,
               seen::terminated, seen::released, seen::left, seen::lost, seen::bumped,
               seen::release_wanted, seen::unreachable, seen::serves_nothing, seen::nudge,
               seen::stop>;

/// What to do. Requests to PostgreSQL are marked (request): there is at most one at a time, each
/// ends with its answer.
namespace order {
struct enroll {};    ///< (request) take the lock, write the row, mark our older rows as left
struct heartbeat {}; ///< (request)
struct poll {};      ///< (request)
/// (request) `from`: the owner before, if there was one.
struct claim {
  std::optional<node_key> from;
  std::vector<held_partition> rows; ///< with the epochs that were seen
  bool died = false;                ///< it did, as far as anybody can see
};
/// (request) End the sessions of a dead incarnation: it holds locks.
struct terminate {
  node_key who;
};
/// (request) Write the cursors and no owner; meant for `target`, or for anyone if that is empty.
struct release {
  partition_id id;
  epoch at;
  lane_cursors cursors;
  std::string target;
};
/// The node may take a partition now: tell it.
struct notify {
  std::string node;
};
struct leave {}; ///< (request) mark our row as left
/// Start serving it.
struct own {
  owned_partition what;
};
/// It is not ours any more: stop without a word.
struct drop {
  partition_id id;
};
/// Finish it, then say release_wanted.
struct hand_over {
  partition_id id;
};
struct serve {
  bool yes;
};
struct superseded {}; ///< another process has our node id: this incarnation is over
struct over {};       ///< stopped
} // namespace order
using ownership_action =
  std::variant<order::enroll, order::heartbeat, order::poll, order::claim, order::terminate,
               order::release, order::notify, order::leave, order::own, order::drop,
               order::hand_over, order::serve, order::superseded, order::over>;
using ownership_actions = std::vector<ownership_action>;

class ownership_machine {
public:
  explicit ownership_machine(ownership_config config);

  ownership_actions step(const ownership_event& event, steady_time now);
  /// When the next tick is due; far away while a request is under way.
  steady_time next_wake() const;

  bool serving() const noexcept { return serving_; }
  const std::map<partition_id, epoch>& held() const noexcept { return held_; }
  /// Partitions without a living owner, as this node sees it, since when.
  const std::map<partition_id, steady_time>& unowned() const noexcept { return orphan_since_; }
  /// Ours, on the way to another node.
  const std::map<partition_id, std::string>& moving() const noexcept { return moving_; }

private:
  enum class phase : std::uint8_t { active, stopping, ended };
  struct release_job {
    epoch at;
    lane_cursors cursors;
    std::string target;
  };

  void on(const seen::tick&, steady_time now);
  void on(const seen::enrolled&, steady_time now);
  void on(const seen::enroll_failed& event, steady_time now);
  void on(const seen::session_lost&, steady_time now);
  void on(const seen::heartbeat& event, steady_time now);
  void on(const seen::snapshot& event, steady_time now);
  void on(const seen::poll_failed&, steady_time now);
  void on(const seen::claimed& event, steady_time now);
  void on(const seen::claim_failed& event, steady_time now);
  void on(const seen::terminated&, steady_time now);
  void on(const seen::released& event, steady_time now);
  void on(const seen::left&, steady_time now);
  void on(const seen::lost& event, steady_time now);
  void on(const seen::bumped& event, steady_time now);
  void on(const seen::release_wanted& event, steady_time now);
  void on(const seen::unreachable& event, steady_time now);
  void on(const seen::serves_nothing& event, steady_time now);
  void on(const seen::nudge&, steady_time now);
  void on(const seen::stop& event, steady_time now);

  void watch_heartbeat(steady_time now);
  void request_next(steady_time now);
  void request_place(steady_time now);
  bool release_is_next(steady_time now);
  void release_next();
  void observe(const std::vector<node_row>& nodes, steady_time now);
  void drop_what_moved(const std::vector<partition_row>& rows);
  bool plan_claims(const std::vector<partition_row>& rows, steady_time now);
  std::set<std::string> eligible(const std::vector<node_row>& nodes, steady_time now);
  void plan(const std::vector<node_row>& nodes, const std::vector<partition_row>& rows,
            steady_time now);
  void plan_moves(const std::vector<partition_row>& rows);
  bool orphaned(const partition_row& row, steady_time now);
  bool may_take(const partition_row& row, steady_time now) const;
  bool died(const std::optional<node_key>& owner, steady_time now) const;
  std::string target_of(partition_id id) const;
  void forget(partition_id id);
  void give_up();
  void set_serving(bool yes);
  void request(ownership_action what);
  template <class Action>
  void say(Action what) {
    out_.emplace_back(std::move(what));
  }

  ownership_config config_;
  silence silence_;
  health health_;
  phase phase_ = phase::active;
  bool enrolled_ = false;
  bool taken_ = false; ///< another process has our node id
  bool busy_ = false;
  bool serving_ = false;
  bool release_blocked_ = false; ///< the last one found its row locked
  bool verified_ = false;        ///< a snapshot since serving was last in doubt
  std::map<partition_id, epoch> held_;
  std::map<partition_id, release_job> releasing_;
  partition_id released_last_ = 0;                   ///< the next one in order is tried next
  std::map<partition_id, std::string> plan_;         ///< who should own what, by the last snapshot
  std::map<partition_id, std::string> moving_;       ///< ours, on the way to another node
  std::map<partition_id, steady_time> orphan_since_; ///< those seen without a living owner
  std::set<partition_id> given_away_;                ///< released by us, for others first
  std::deque<order::claim> claims_;
  std::optional<order::claim> claiming_; ///< the one under way
  std::optional<node_key> to_terminate_;
  std::optional<steady_time> heartbeat_ok_;
  std::optional<steady_time> stop_at_;
  steady_time enroll_at_{};
  steady_time heartbeat_at_{};
  steady_time poll_at_{};
  steady_time release_at_{};
  std::chrono::milliseconds planned_{0};
  ownership_actions out_;
};

} // namespace recado::cluster
