#pragma once
/// The services below the gateway, in memory. Conversations are decided by the real decide(); the
/// answers come from a thread of their own, as they do in the product.
#include "actors/conversation/decide.hpp"
#include "actors/service/services.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace recado::test {

/// Runs what it is given, in order, on its own thread.
class worker {
public:
  worker();
  ~worker();
  void post(std::function<void()> what);

private:
  void run();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool ending_ = false;
  std::thread thread_;
};

/// All that is committed, and the faults that a test may ask for.
class world {
public:
  world();
  services below();

  /// Asked before a command is decided; an answer replaces the decision. May be empty.
  std::function<std::optional<reply>(const command&)> instead;
  /// True for an event batch that is lost on its way to the gateway.
  std::function<bool(const event_batch&)> lose;
  /// True for a command that stays in the inbox until empty_inbox().
  std::function<bool(const command&)> to_inbox;
  void empty_inbox();
  std::atomic<bool> store_away = false; ///< quotas are answered store_unavailable
  void doubt();
  /// Runs on the services' thread and waits for the end of it.
  void sync();
  std::vector<command> commands(); ///< all that were submitted
  std::size_t watched();           ///< conversations watched now

  client_record client; ///< the one client, with all scopes
  std::string secret;
  client_record reader; ///< a second client that may only read
  client_record admin;

private:
  friend class fake_commands;
  friend class fake_clients;
  friend class fake_directory;
  friend class fake_history;
  friend class fake_idempotency;
  friend class fake_watches;
  friend class fake_people_seen;
  friend class fake_quotas;
  struct stored_message {
    message_record record;
    command_id by;
    request_hash hash{};
  };
  struct person {
    user_record record;
    bool deleted = false;
    std::map<std::string, identity_record> identities;
  };
  using user_key = std::pair<client_id, user_id>;

  reply apply(const command& what);
  reply decide_now(const command& what);
  void publish(const event_batch& batch);
  void fill_statuses(message_record& record, const conversation_state& in) const;
  wall_time tick();

  std::mutex mutex_; ///< of what tests read while the worker runs
  std::map<client_id, client_record> clients_;
  std::vector<signing_key> keys_;
  std::map<user_key, person> users_;
  std::map<conversation_key, conversation_state> conversations_;
  std::vector<conversation_key> order_; ///< conversations, oldest first
  std::map<std::pair<client_id, message_id>, stored_message> messages_;
  std::map<std::pair<conversation_key, std::int64_t>, message_id> by_seq_;
  std::map<std::tuple<client_id, std::string, std::string>,
           std::pair<request_hash, idempotency_service::stored_answer>>
    kept_;
  std::map<command_id, reply> applied_;
  std::map<conversation_key, std::vector<status_record>> statuses_;
  std::vector<command> submitted_;
  std::vector<std::pair<command, on_reply>> inbox_;
  std::set<watch_service::item> watches_;
  std::function<void(const event_batch&)> on_events_;
  std::function<void()> on_doubt_;
  wall_time clock_;
  services services_;
  worker worker_; ///< last: it ends first
};

} // namespace recado::test
