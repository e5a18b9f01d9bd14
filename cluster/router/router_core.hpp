#pragma once
/// The gateway's side of a command's way to its owner, as a state machine. Pure: no clock, no
/// thread, no I/O. Every call returns what to do next; who does it reports back with the ticket and
/// the attempt it was given. See README.md for the rules.
#include "cluster/router/ports.hpp"
#include "cluster/router/presence.hpp"
#include "schemas/reply.hpp"

#include <cstdint>
#include <deque>
#include <set>
#include <unordered_map>
#include <variant>

namespace recado::cluster {

/// Names one submitted command within this process.
using ticket = std::uint64_t;

enum class wire : std::uint8_t {
  stream,    ///< always over NATS, also to an owner on this node
  automatic, ///< direct when this node is the owner
};

struct router_config {
  presence_config presence;
  wire how = wire::stream;
  std::string reply_to;                      ///< subjects::replies of this process
  std::chrono::milliseconds deadline{5'000}; ///< for the owner's answer
  /// After so long, and again after as long, a command is not left to an owner whose beacon has
  /// stopped: to the inbox with it. A killed owner has a successor long before.
  std::chrono::milliseconds doubt{2'000};
  std::chrono::milliseconds last_word{1'000};  ///< more, for what the inbox is storing by then
  std::chrono::milliseconds backoff_first{10}; ///< before a chain is sent again; doubles
  std::chrono::milliseconds backoff_max{640};
  int resends_max = 12; ///< of a chain without any answer; then outcome_unknown
  std::size_t commands_max = 65'536;
  std::size_t bytes_max = 256u << 20;
};

struct router_counters {
  std::uint64_t submitted = 0;
  std::uint64_t answered = 0; ///< by an owner's decision or refusal
  std::uint64_t stored = 0;   ///< answered 202
  std::uint64_t streamed = 0; ///< publishes, those again included
  std::uint64_t direct = 0;   ///< hand-overs on this node, those again included
  std::uint64_t inboxed = 0;  ///< commands given to the inbox
  std::uint64_t resent = 0;   ///< chains sent again
  std::uint64_t moved = 0;    ///< replies and refused hand-overs
  std::uint64_t out_of_order = 0;
  std::uint64_t fallbacks = 0;   ///< chains that left for the inbox with commands under way
  std::uint64_t unavailable = 0; ///< answered owner_unavailable or store_unavailable
  std::uint64_t unknown = 0;     ///< answered outcome_unknown
  std::uint64_t overloaded = 0;
  std::uint64_t late_replies = 0; ///< nobody waited for them any more
  std::uint64_t outstanding = 0;  ///< now
  std::uint64_t bytes = 0;        ///< now
};

namespace act {
/// Publish; report on_ack.
struct publish {
  ticket to;
  std::uint32_t attempt;
  partition_id part;
  command_ptr what;
};
/// Hand over on this node; report on_offer.
struct offer {
  ticket to;
  std::uint32_t attempt;
  partition_id part;
  command_ptr what;
  bool only_copy; ///< neither it nor an earlier try of its id was sent anywhere before
};
/// Store in this order with one call; report on_stored for each.
struct store {
  struct item {
    ticket to;
    std::uint32_t attempt;
    partition_id part;
    command_ptr what;
  };
  std::vector<item> items;
};
/// The one answer of this ticket; it is forgotten.
struct answer {
  ticket to;
  reply what;
};
} // namespace act
using router_action = std::variant<act::publish, act::offer, act::store, act::answer>;
using router_actions = std::vector<router_action>;

/// What a command costs in memory, roughly; of bytes_max.
std::size_t weight_of(const command& what);

class router_core {
public:
  explicit router_core(router_config config);

  /// The ticket must be new. Its answer comes exactly once, perhaps in what this returns.
  router_actions submit(ticket to, command what, const uuid& session, steady_time now);

  router_actions on_ack(ticket to, std::uint32_t attempt, publish_ack how);
  router_actions on_offer(ticket to, std::uint32_t attempt, offer_result how, steady_time now);
  router_actions on_stored(ticket to, std::uint32_t attempt, const inbox_answer& how,
                           steady_time now);
  router_actions on_reply(reply what, steady_time now);
  router_actions on_link(bool up, steady_time now);
  void on_beacon(const beacon& from, steady_time now) { presence_.heard(from, now); }
  /// Commands go into a new stream from now on; the one before is perhaps not read any more.
  router_actions on_new_stream(steady_time now);
  router_actions set_local(const std::vector<partition_id>& owned, steady_time now);

  /// What is due by now. Call it at next_wake() or a little later.
  router_actions tick(steady_time now);
  std::optional<steady_time> next_wake() const;
  /// Answers everything with shutting_down, now and from now on.
  router_actions stop();

  /// False: this send was overtaken by another one or by the answer, and need not be made.
  bool wanted(ticket to, std::uint32_t attempt) const;
  const router_counters& counters() const noexcept { return counters_; }

private:
  using chain_number = std::uint64_t;

  /// Commands that keep their order: same session, conversation and lane. It lives while commands
  /// of it are outstanding. A command without session is a chain of its own.
  struct chain_key {
    uuid session;
    conversation_id conversation;
    lane priority;
    bool operator==(const chain_key&) const = default;
  };
  struct chain_key_hash {
    std::size_t operator()(const chain_key& key) const noexcept;
  };
  struct chain {
    std::optional<chain_key> key;
    partition_id part = 0;
    path way = path::stream;
    std::deque<ticket> line; ///< outstanding, in the order of submission
    int resends = 0;         ///< since the last answer
    std::optional<steady_time> resend_at;
    std::size_t storing = 0; ///< commands of the one store under way
  };
  enum class stage : std::uint8_t {
    held,    ///< goes out with the next resend or store of its chain
    sent,    ///< over stream or direct
    storing, ///< the inbox is writing it
  };
  struct entry {
    command_ptr what;
    chain_number in = 0;
    std::size_t bytes = 0;
    steady_time deadline{};
    std::uint32_t attempt = 0; ///< sends and stores
    int copies = 0;            ///< sends alone
    bool refused = false;      ///< one of them came to nothing
    stage now = stage::held;
    bool is_send() const { return std::holds_alternative<send_message>(what->body); }
    /// Some owner may decide it yet. Refusals are not counted: a reply may come twice.
    bool may_be_decided() const { return copies > 1 || (copies == 1 && !refused); }
  };
  struct due {
    steady_time at;
    ticket to;
  };

  std::optional<ec> refusal(const command& what, std::size_t bytes) const;
  path choose(partition_id part, steady_time now) const;
  chain_number join(const command& what, const uuid& session, path way, partition_id part);
  void leave(chain_number number);
  void enter(ticket to, command what, chain_number number, std::size_t bytes, steady_time now);
  std::optional<predecessor> before(const chain& in, ticket to) const;
  void send(chain& in, ticket to, router_actions& out);
  void send_line(chain_number number, steady_time now, router_actions& out);
  void send_again(chain_number number, bool at_once, steady_time now, router_actions& out);
  void set_resend(chain_number number, std::optional<steady_time> at);
  void fall_back(chain_number number, std::optional<ec> others, router_actions& out);
  void store_line(chain_number number, router_actions& out);
  void go_on(chain_number number, steady_time now, router_actions& out);
  std::vector<chain_number> chains_on(path way) const;
  void expire(ticket to, steady_time now, router_actions& out);
  void forget_answered(std::deque<due>& line) const;
  static ec verdict(const entry& e, ec code);
  void fail_chain(chain_number number, ec code, router_actions& out);
  void finish(ticket to, ec code, router_actions& out);
  void finish(ticket to, reply what, router_actions& out);
  void count(ec code);
  entry* current(ticket to, std::uint32_t attempt);

  router_config config_;
  presence presence_;
  router_counters counters_;
  bool stopped_ = false;
  chain_number next_chain_ = 1;
  std::unordered_map<ticket, entry> entries_;
  std::unordered_map<command_id, ticket> by_command_;
  std::unordered_map<chain_number, chain> chains_;
  std::unordered_map<chain_key, chain_number, chain_key_hash> by_key_;
  std::deque<due> deadlines_;  ///< of all entries, in order of time
  std::deque<due> doubts_;     ///< of all entries, in order of time
  std::deque<due> last_words_; ///< of those that the inbox was storing at their deadline
  std::set<std::pair<steady_time, chain_number>> resends_;
};

} // namespace recado::cluster
