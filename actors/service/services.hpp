#pragma once
/// What the gateway may ask of the layers below. Plain C++: neither CAF nor SQL nor NATS shows.
/// Every call returns at once; its handler is called exactly once, on any thread, within the
/// service's timeout, and must not block.
#include "actors/service/presence.hpp"
#include "actors/service/views.hpp"
#include "channels/connector/snapshot.hpp"
#include "schemas/reply.hpp"

#include <functional>
#include <memory>

namespace recado {

template <class T>
using on_result = std::function<void(result<T>)>;
using on_reply = std::function<void(reply)>;
using submission = std::pair<command, on_reply>;

/// Commands to the owners of conversations.
class command_service {
public:
  virtual ~command_service() = default;

  /// Takes the command to the owner of its conversation over stream, direct or inbox.
  /// `session` names the WebSocket session whose commands keep their order even unanswered; nil for
  /// a request that stands alone. The answer comes within 6 s:
  /// reply.ok() and !stored: committed (201/200); stored: in the inbox (202); otherwise a code of
  /// the catalogue, among them owner_unavailable, outcome_unknown, store_unavailable, overloaded.
  /// `reply_to` and `after` are filled in here.
  virtual void submit(command what, const uuid& session, on_reply done) = 0;
  /// All of them, in this order, as if each were submitted; cheaper than one by one.
  virtual void submit_all(std::vector<submission> all, const uuid& session) {
    for (auto& [what, done] : all)
      submit(std::move(what), session, std::move(done));
  }
  /// Forgets the order of a session that has ended.
  virtual void end_session(const uuid& session) = 0;
};

/// Clients of the API and the keys that sign their tokens.
class client_service {
public:
  virtual ~client_service() = default;
  /// ec::invalid_client if there is none.
  virtual void find(const client_id& id, on_result<client_record> done) = 0;
  virtual void create(client_record record, on_result<client_record> done) = 0;
  /// Replaces the secret's hash.
  virtual void rotate(const client_id& id, std::string secret_sha256,
                      on_result<client_record> done) = 0;
  virtual void list(on_result<std::vector<client_record>> done) = 0;
  /// All keys, the newest first; makes the first one (from `fresh`) if there is none.
  virtual void signing_keys(signing_key fresh, on_result<std::vector<signing_key>> done) = 0;
};

/// Users and their identities.
class directory_service {
public:
  template <class T>
  struct upserted {
    T value;
    bool created = false;
  };
  virtual ~directory_service() = default;

  virtual void put_user(const client_id& client, const user_id& user, user_fields fields,
                        on_result<upserted<user_record>> done) = 0;
  virtual void get_user(const client_id& client, const user_id& user,
                        on_result<user_record> done) = 0;
  /// True for a tombstone, not for a user who was never heard of.
  virtual void is_deleted(const client_id& client, const user_id& user, on_result<bool> done) = 0;
  /// Leaves a tombstone: the id is never used again. user_not_found if there is none.
  virtual void delete_user(const client_id& client, const user_id& user, on_result<bool> done) = 0;
  /// Ordered by user_id; `after` is page::next of the page before, or empty.
  virtual void list_users(const client_id& client, std::string after, std::size_t limit,
                          on_result<page<user_record>> done) = 0;

  /// identity_taken if the address belongs to another user of the client; makes the user if needed.
  virtual void put_identity(const client_id& client, const user_id& user, identity_fields fields,
                            on_result<upserted<identity_record>> done) = 0;
  virtual void delete_identity(const client_id& client, const user_id& user, std::string channel,
                               on_result<bool> done) = 0;
  virtual void list_identities(const client_id& client, const user_id& user,
                               on_result<std::vector<identity_record>> done) = 0;
};

/// Reads of conversations and messages, from PostgreSQL. `viewer` empty: the client sees all; else
/// those conversations only that the user is a member of now, and in them the messages since the
/// user joined. Whoever has left sees nothing of it any more.
class history_service {
public:
  struct message_filter {
    std::optional<conversation_id> conversation;
    std::optional<user_id> user; ///< sender or recipient
    std::optional<status> state;
    std::optional<std::string> channel;
    std::optional<wall_time> from, to; ///< created_at in [from, to)
  };
  struct range {
    std::optional<std::int64_t> since_seq;  ///< exclusive
    std::optional<std::int64_t> before_seq; ///< exclusive; alone: the newest below it
    std::size_t limit = 50;
  };
  virtual ~history_service() = default;

  virtual void conversation(const client_id& client, const conversation_id& id,
                            const user_id& viewer, on_result<conversation_record> done) = 0;
  /// Newest first. `type` direct lists the implicit ones, otherwise they are left out.
  virtual void conversations(const client_id& client, const user_id& member,
                             std::optional<conversation_type> type, std::string after,
                             std::size_t limit, on_result<page<conversation_record>> done) = 0;
  /// Ascending seq. conversation_not_found unless the viewer is a member.
  virtual void messages(const client_id& client, const conversation_id& id, const user_id& viewer,
                        range which, on_result<page<message_record>> done) = 0;
  /// With deliveries. Looks into the inbox and the dead letters too.
  virtual void message(const client_id& client, const message_id& id, const user_id& viewer,
                       on_result<message_record> done) = 0;
  virtual void message_history(const client_id& client, const message_id& id, const user_id& viewer,
                               std::string after, std::size_t limit,
                               on_result<page<history_record>> done) = 0;
  /// As far as it has come; also of one in the inbox.
  virtual void trace(const client_id& client, const message_id& id, const user_id& viewer,
                     on_result<trace_record> done) = 0;
  /// Newest first.
  virtual void search(const client_id& client, const user_id& viewer, message_filter filter,
                      std::string after, std::size_t limit,
                      on_result<page<message_record>> done) = 0;

  /// All conversations of a user (or, with an empty user, of the client), direct ones included.
  virtual void memberships(const client_id& client, const user_id& user,
                           on_result<std::vector<membership>> done) = 0;
  /// Where these users are, direct conversations included: of all of them together, so many.
  virtual void places_of(const client_id& client, std::vector<user_id> users,
                         on_result<std::vector<shared_place>> done) = 0;
  /// Positions that changed after this revision.
  virtual void receipts_since(const client_id& client, const conversation_id& id, std::int64_t rev,
                              on_result<std::vector<receipt_position>> done) = 0;
  /// Status events that were committed at the revisions in (since_rev, up_to_rev], in their order:
  /// all of each revision, and at least `limit` unless there are no more.
  struct revisions {
    std::int64_t since_rev = 0, up_to_rev = 0;
    std::size_t limit = 500;
  };
  virtual void statuses(const client_id& client, const conversation_id& id, revisions which,
                        on_result<std::vector<status_record>> done) = 0;
};

/// Accounts on external channels. Those who change one tell connector_service as well.
class account_service {
public:
  virtual ~account_service() = default;
  /// account_exists.
  virtual void create(stored_account what, on_result<stored_account> done) = 0;
  /// account_not_found.
  virtual void get(const account_key& key, on_result<stored_account> done) = 0;
  /// Replaces settings, credentials, pacing, retry and paused of the version that was read.
  /// account_not_found, precondition_failed (it has changed meanwhile).
  virtual void replace(stored_account what, on_result<stored_account> done) = 0;
  /// Answers with the tombstone's version. account_not_found.
  virtual void remove(const account_key& key, on_result<std::int64_t> done) = 0;
  /// By channel and name; `after` is page::next of the page before, or empty.
  virtual void list(const client_id& client, std::string after, std::size_t limit,
                    on_result<page<stored_account>> done) = 0;
  struct changes {
    std::vector<stored_account> made;
    std::vector<account_key> removed;
    wall_time up_to{}; ///< by the database's clock: where the next look begins
  };
  /// Everything that changed since then, and perhaps what changed a little before.
  virtual void changes_since(wall_time then, on_result<changes> done) = 0;
};

/// The connectors of this node.
class connector_service {
public:
  virtual ~connector_service() = default;
  virtual void list(const client_id& client,
                    on_result<std::vector<channels::connector_snapshot>> done) = 0;
  virtual void check(const account_key& key, on_result<channels::check_result> done) = 0;
  virtual void changed(const channels::account_record& record) = 0;
  virtual void removed(const account_key& key) = 0;
};

/// Answers to other POSTs that create, kept for 24 h under (client, route, key).
class idempotency_service {
public:
  // The analyzer takes the moved value of an expected that holds an error for uninitialized.
  struct stored_answer { // NOLINT(clang-analyzer-core.uninitialized.Assign)
    int status = 0;
    std::string body;
  };
  virtual ~idempotency_service() = default;
  /// nullopt: the key is new. idempotency_mismatch: it was used for another request.
  virtual void find(const client_id& client, std::string route, std::string key, request_hash hash,
                    on_result<std::optional<stored_answer>> done) = 0;
  virtual void keep(const client_id& client, std::string route, std::string key, request_hash hash,
                    stored_answer answer, on_result<bool> done) = 0;
};

/// How events reach this gateway (design: watches).
class watch_service {
public:
  struct item {
    client_id client;
    conversation_id conversation;
    auto operator<=>(const item&) const = default;
  };
  /// The owner's committed state at the moment from which on its events come here.
  struct position {
    item what;
    std::int64_t last_seq = 0;
    std::int64_t rev = 0;
  };
  virtual ~watch_service() = default;

  /// From the answer on, every event of these conversations above its position reaches the sink,
  /// in commit order. What lies between the caller's own position and the answer's is read from the
  /// history. An item whose owner does not answer in time is missing in the answer: watch again.
  virtual void watch(std::vector<item> items, on_result<std::vector<position>> done) = 0;
  virtual void unwatch(std::vector<item> items) = 0;
  /// Set once, before the first watch. `events`: in order per conversation, and joined_event /
  /// left_event of every conversation, watched or not (who is online is known here only).
  /// `doubt`: events may have been lost (owner changed, link lost, queue overflowed): watch all
  /// items again from what was sent, and read memberships again.
  virtual void listen(std::function<void(const event_batch&)> events,
                      std::function<void()> doubt) = 0;
};

/// Nodes and partitions, for operators.
class cluster_service {
public:
  virtual ~cluster_service() = default;
  virtual void view(on_result<cluster_record> done) = 0;
  /// Hand off everything and stay (or take part again). not_found; conflict for the last live node.
  virtual void drain(std::string node, bool yes, on_result<cluster_record::node> done) = 0;
  /// Nodes may take a quarantined partition again. not_found; conflict if it is not quarantined.
  virtual void release(std::int32_t part, on_result<cluster_record::partition> done) = 0;
};

/// What clients have used of their days (UTC), over all nodes.
class quota_service {
public:
  struct question {
    client_id client;
    std::chrono::sys_days day;
    std::int64_t quota = 0;           ///< messages of the whole day
    std::int64_t wanted = 1;          ///< for the messages that wait now
    std::vector<message_id> messages; ///< those
  };
  struct portion {
    std::int64_t granted = 0; ///< to be spent by the caller; less than wanted: no more is left
    std::int64_t taken = 0;   ///< by everybody on this day, this included
    /// If less than wanted was granted: which of the messages are there already.
    std::vector<message_id> known;
  };
  virtual ~quota_service() = default;
  /// Over all callers of a day no more than the quota is granted. An answer that is lost takes its
  /// portion with it.
  virtual void take(question what, on_result<portion> done) = 0;
  /// So many of what was granted will not be spent. Not repeated if it fails.
  virtual void give_back(const client_id& client, std::chrono::sys_days day,
                         std::int64_t messages) = 0;
};

struct services {
  std::shared_ptr<command_service> commands;
  std::shared_ptr<client_service> clients;
  std::shared_ptr<directory_service> directory;
  std::shared_ptr<history_service> history;
  std::shared_ptr<idempotency_service> idempotency;
  std::shared_ptr<watch_service> watches;
  std::shared_ptr<cluster_service> cluster;
  std::shared_ptr<account_service> accounts;
  std::shared_ptr<connector_service> connectors;
  std::shared_ptr<presence_service> presence;
  std::shared_ptr<quota_service> quotas;
};

} // namespace recado
