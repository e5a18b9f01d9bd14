#pragma once
/// The actor that hosts router_core. Only router.cpp spawns it; its death answers everything it had
/// outstanding with outcome_unknown, and its successor starts empty.
#include "cluster/router/router.hpp"

#include "runtime/actor/credit.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <mutex>
#include <shared_mutex>

namespace recado::cluster {

/// Calls its handler exactly once: with the answer, or with outcome_unknown when it is destroyed.
class once_reply {
public:
  once_reply(const command_id& id, router::on_reply done) : id_(id), done_(std::move(done)) {}
  once_reply(once_reply&& other) noexcept
    : id_(other.id_),
      done_(std::exchange(other.done_, nullptr)) {}
  once_reply& operator=(once_reply&&) = delete;
  ~once_reply() {
    if (done_) (*this)(refuse(id_, ec::outcome_unknown));
  }
  void operator()(reply what) noexcept;

private:
  command_id id_;
  router::on_reply done_;
};

/// A command on its way into the actor, with the room it takes in the mailbox.
struct parcel {
  parcel(command c, const uuid& s, router::on_reply d)
    : session(s),
      done(c.id, std::move(d)),
      what(std::move(c)) {}
  uuid session;
  once_reply done;
  command what;
  std::optional<actor::credit_token> room, bytes;
};

struct take_commands {
  std::vector<std::shared_ptr<parcel>> all;
};
struct take_replies {
  std::vector<reply> replies;
};
struct take_beacon {
  beacon from;
};
/// Present facts; what is missing did not change.
struct take_facts {
  std::optional<bool> link;
  std::optional<std::int32_t> generation;
  std::optional<std::vector<partition_id>> local;
};
struct publish_ended {
  ticket to;
  std::uint32_t attempt;
  publish_ack how;
};
struct store_ended {
  std::vector<act::store::item> items;
  std::vector<inbox_answer> how;
};
struct wake_up {};
struct close_router {};

} // namespace recado::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::cluster::take_commands)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::cluster::take_replies)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::cluster::take_beacon)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::cluster::take_facts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::cluster::publish_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::cluster::store_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::cluster::wake_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::cluster::close_router)

namespace recado::cluster {

using router_actor = caf::typed_actor<
  // Commands to route, in this order; each parcel is answered exactly once.
  caf::reacts_to<take_commands>,
  // Owners' answers.
  caf::reacts_to<take_replies>,
  // A node says which partitions it serves.
  caf::reacts_to<take_beacon>,
  // The link, the stream's generation, this node's partitions.
  caf::reacts_to<take_facts>,
  // INTERNAL: a publish was acked, or was not.
  caf::reacts_to<publish_ended>,
  // INTERNAL: the inbox has stored, or has not.
  caf::reacts_to<store_ended>,
  // INTERNAL: something is due.
  caf::reacts_to<wake_up>,
  // Answers all with shutting_down and ends.
  caf::reacts_to<close_router>>;

/// Where callbacks of other threads leave their news. Nothing is sent once it is closed: the actor
/// system may be gone by then.
class router_mailbox {
public:
  void open(router_actor to);
  /// The last message that goes through.
  void close();
  bool closed() const;
  template <class Message>
  void post(Message what) const {
    std::shared_lock lock{gate_};
    if (to_) caf::anon_send(to_, std::move(what));
  }

private:
  mutable std::shared_mutex gate_;
  router_actor to_;
  bool closed_ = false;
};

/// What router and its actor share.
struct router_shared {
  router_config config;
  router_ports ports;
  std::shared_ptr<router_mailbox> mailbox = std::make_shared<router_mailbox>();
  mutable std::mutex counters_mutex;
  router_counters counters;
};

struct router_state {
  static inline const char* name = "router";

  void take(take_commands& what);
  void take(take_replies& what);
  void take(take_facts& what);
  void take(const store_ended& what);
  void run(router_actions actions);
  void carry_out_all(router_actions actions);
  void carry_out(act::publish& what);
  void carry_out(act::offer& what);
  void carry_out(act::store& what);
  void carry_out(act::answer& what);
  void after_turn();
  void close();
  steady_time now() const;

  router_actor::pointer self = nullptr;
  std::shared_ptr<router_shared> shared;
  std::optional<router_core> core;
  std::unordered_map<ticket, once_reply> waiting;
  std::deque<router_action> todo;
  std::optional<steady_time> timer; ///< the earliest wake_up that is on its way
  ticket next_ticket = 1;
  bool link = false;
  std::int32_t generation = 0;
};

router_actor::behavior_type run_router(router_actor::stateful_pointer<router_state> self,
                                       std::shared_ptr<router_shared> shared);

} // namespace recado::cluster
