#pragma once
/// Which conversations the people online here are in, and the order in which their events go out.
///
/// Each conversation (a *room*) is watched once, however many sessions look at it. A room hands on
/// its messages with seq strictly ascending and without a gap: what comes twice is dropped, what is
/// missing is read from the history while later events are held back. A *person* is a user with
/// sessions here, or a client that looks at everything; it gets what its membership covers.
#include "gateway/config.hpp"
#include "gateway/realtime/events.hpp"

#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace recado::realtime {

/// What the hub wants done. The answers come back with the number of the call.
class hub_port {
public:
  virtual ~hub_port() = default;
  using item = watch_service::item;
  virtual void watch(std::uint64_t call, std::vector<item> items) = 0;
  virtual void unwatch(std::vector<item> items) = 0;
  virtual void read_memberships(std::uint64_t call, const client_id& client,
                                const user_id& user) = 0;
  virtual void read_shared(std::uint64_t call, const client_id& client,
                           std::vector<user_id> users) = 0;
  virtual void read_conversation(std::uint64_t call, const item& what) = 0;
  virtual void read_messages(std::uint64_t call, const item& what, std::int64_t since_seq,
                             std::size_t limit) = 0;
  virtual void read_receipts(std::uint64_t call, const item& what, std::int64_t since_rev) = 0;
  virtual void read_statuses(std::uint64_t call, const item& what,
                             history_service::revisions which) = 0;
  /// The session is attached (or, with an error, is not): frames follow.
  virtual void opened(const session_id& session, result<void> outcome) = 0;
  virtual void deliver(const session_id& session, const frame& what) = 0;
  virtual void wake_in(std::chrono::milliseconds delay) = 0;
};

class hub_core {
public:
  using item = watch_service::item;
  hub_core(const realtime_config& config, hub_port& port) : config_(config), port_(port) {}

  void open(const session_id& session, const client_id& client, const user_id& user);
  void close(const session_id& session);
  /// Nothing for a session that is not attached.
  std::vector<standing> standings(const session_id& session) const;
  /// False if the session is not in this conversation. Nil session: nobody is asked, by REST.
  bool type(const session_id& session, const typing& what);

  /// Whoever shares a conversation with them is told.
  void on_presence(const presence_change& what);
  void on_shared(std::uint64_t call, const result<std::vector<shared_place>>& got);

  void on_events(const event_batch& batch);
  void on_doubt();
  void on_watched(std::uint64_t call, const result<std::vector<watch_service::position>>& got);
  void on_memberships(std::uint64_t call, const result<std::vector<membership>>& got);
  void on_conversation(std::uint64_t call, const result<conversation_record>& got);
  void on_messages(std::uint64_t call, const result<page<message_record>>& got);
  void on_receipts(std::uint64_t call, const result<std::vector<receipt_position>>& got);
  void on_statuses(std::uint64_t call, const result<std::vector<status_record>>& got);
  void on_wake();

  std::size_t sessions() const { return sessions_.size(); }
  std::size_t rooms() const { return rooms_.size(); }

private:
  struct item_hash {
    std::size_t operator()(const item& what) const noexcept {
      return std::hash<client_id>{}(what.client) * 31 +
             std::hash<conversation_id>{}(what.conversation);
    }
  };
  struct person_key {
    client_id client;
    user_id user; ///< empty: everything of the client
    auto operator<=>(const person_key&) const = default;
  };
  struct stay {
    std::int64_t joined_seq = 0;
    std::int64_t start_seq = 0; ///< had: messages above it are handed on; never below joined_seq
    std::optional<std::int64_t> left_seq;
    std::int64_t rev = 0;        ///< of the event that it is known from
    std::int64_t status_rev = 0; ///< status events up to here were had, or are not due
  };
  struct person {
    person_key key;
    std::set<session_id> sessions;   ///< attached
    std::vector<session_id> waiting; ///< until the memberships are read
    std::unordered_map<conversation_id, stay> stays;
    bool known = false;     ///< the memberships were read
    std::uint64_t call = 0; ///< the read under way
  };
  enum class stage : std::uint8_t { unwatched, watching, filling, live };
  struct held_event {
    event what;
    std::uint64_t batch = 0;
  };
  struct room {
    item what;
    stage at = stage::unwatched;
    std::int64_t seq = 0, rev = 0; ///< all up to here was handed on
    std::int64_t target_seq = 0, target_rev = 0;
    std::uint64_t call = 0;     ///< the watch or read under way
    std::uint64_t batch = 0;    ///< which brought `rev`: more of that commit is in no other
    bool checked = false;       ///< who is in it was read for this fill
    bool receipts_read = false; ///< for this fill
    unsigned empty_reads = 0;
    std::deque<held_event> held;
    std::vector<person*> people;
    std::map<std::pair<user_id, receipt_kind>, std::int64_t> receipts; ///< told lately
  };
  using news = std::map<user_id, presence_record>;
  struct client_news {
    news people;
    user_id turn; ///< after it comes the next one's turn
  };

  // people
  void attach(person& who, const session_id& session);
  void refuse(person& who, const problem& why);
  void forget(person& who);
  bool take_memberships(person& who, const std::vector<membership>& all);
  void enter(person& who, const membership& in, bool first);
  void leave_others(person& who, const std::vector<membership>& all);
  void drop_stay(person& who, const conversation_id& from);
  // events
  void on_joined(const event& what, const joined_event& body);
  void join(person& who, const event& what, std::int64_t joined_seq);
  void catch_up(room& in, const stay& own, bool fresh);
  void on_left(const event& what, const left_event& body);
  void take(room& in, const event& what, std::uint64_t batch);
  void apply(room& in, const event& what, std::uint64_t batch);
  void hand_on(room& in, const message_view& what, const uuid& origin);
  void hand_on(room& in, const receipt_position& what);
  void hand_on(room& in, const status_event& what, std::int64_t rev);
  void hold(room& in, const event& what, std::uint64_t batch);
  void settle_leavers(room& in);
  // rooms
  room& room_of(const item& what, std::int64_t seq, std::int64_t rev);
  void close_if_empty(room& in);
  void doubt(room& in);
  void rewatch(room& in);
  void fill(room& in);
  void check_people(room& in, const conversation_record& got);
  void take_page(room& in, const page<message_record>& got);
  void take_statuses(room& in, const std::vector<status_record>& got);
  void go_live(room& in);
  void read_soon(room& in);
  // presence
  news take_news();
  void hand_on(const presence_record& what, const std::set<person*>& to);
  // work
  void flush();
  void flush_presence();
  void flush_watches();
  void flush_reads();
  void back_off();
  person* find_person(const client_id& client, const user_id& user);
  room* find_room(std::uint64_t call);

  realtime_config config_;
  hub_port& port_;
  std::uint64_t last_call_ = 0;
  std::uint64_t last_batch_ = 0;
  std::map<person_key, person> people_;
  std::unordered_map<session_id, person*> sessions_;
  std::unordered_map<item, room, item_hash> rooms_;
  std::unordered_map<std::uint64_t, std::vector<item>> watch_calls_;
  std::unordered_map<std::uint64_t, item> read_calls_;
  std::unordered_map<std::uint64_t, person_key> membership_calls_;
  std::set<item> to_watch_;
  std::deque<item> to_read_;     ///< rooms whose gap is to be filled
  std::set<person_key> to_load_; ///< people whose memberships are to be read
  std::set<item> failed_rooms_;  ///< tried again at the next wake
  std::set<person_key> failed_people_;
  std::vector<item> to_unwatch_;
  std::map<client_id, client_news> presence_news_; ///< not yet told; none is empty
  news presence_told_;                             ///< of presence_turn_: to whom, is being read
  client_id presence_turn_;                        ///< after it comes the next one's turn
  std::uint64_t presence_call_ = 0;
  bool presence_failed_ = false; ///< tried again at the next wake
  std::chrono::milliseconds backoff_{0};
  bool waking_ = false;
};

} // namespace recado::realtime
