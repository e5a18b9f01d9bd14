#pragma once
/// INTERNAL to runtime/bus: what a connection and its subscriptions share.
#include "runtime/bus/request_table.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <nats/nats.h>
#include <thread>

namespace recado::bus {

template <auto Destroy>
struct destroy_with {
  template <class T>
  void operator()(T* value) const noexcept {
    Destroy(value);
  }
};
using nats_options = std::unique_ptr<natsOptions, destroy_with<natsOptions_Destroy>>;
using nats_connection = std::unique_ptr<natsConnection, destroy_with<natsConnection_Destroy>>;
using nats_subscription = std::unique_ptr<natsSubscription, destroy_with<natsSubscription_Destroy>>;
using nats_message = std::unique_ptr<natsMsg, destroy_with<natsMsg_Destroy>>;

/// Our error for a library status other than NATS_OK.
error error_of(natsStatus status, const std::string& what);
/// Copies a library message.
message message_of(natsMsg* raw);

/// The subjects of living subscriptions. The library's error callback names a subscription that may
/// be destroyed already (it holds no reference), so that only its address may be used.
class subject_names {
public:
  void add(const natsSubscription* key, std::string subject) {
    std::lock_guard lock{mutex_};
    names_.insert_or_assign(key, std::move(subject));
  }
  void remove(const natsSubscription* key) {
    std::lock_guard lock{mutex_};
    names_.erase(key);
  }
  std::string find(const natsSubscription* key) const {
    std::lock_guard lock{mutex_};
    auto found = names_.find(key);
    return found == names_.end() ? std::string{} : found->second;
  }

private:
  mutable std::mutex mutex_;
  std::map<const natsSubscription*, std::string> names_;
};

/// Lives until the connection is destroyed and the library has made its last callback. Locks:
/// `mutex` is a leaf, never held while a handler or the library is called.
///
/// Threads: handlers of messages run on the library's delivery threads; time-outs and link events
/// on `clock`; the library's connection callbacks only note what happened.
struct link_core {
  explicit link_core(bus_config settings, loss_handler loss);
  ~link_core();

  const bus_config config;
  const loss_handler on_loss;
  nats_connection nc; ///< written once by connect()
  std::string inbox;  ///< "_INBOX.<unique>.": the correlation number follows
  std::atomic<bool> up{false};
  std::atomic<bool> closed{false};
  const std::shared_ptr<subject_names> subjects = std::make_shared<subject_names>();
  std::atomic<std::int64_t> next_complaint_ns{0}; ///< limits the log, not on_loss

  mutable std::mutex mutex;
  std::condition_variable wake;  ///< for `clock`
  std::condition_variable quiet; ///< for close()
  request_table requests;
  std::vector<link_handler> watchers;
  std::deque<std::function<void()>> news; ///< link events to tell; a few, the back-off limits them
  std::string server;
  std::uint64_t generation = 0;
  int callbacks_alive = 0; ///< closures the library still holds
  bool clock_stops = false;
  request_table::time clock_sleeps_until = request_table::time::max();
  subscription inbox_subscription;
  std::thread clock;

  /// INTERNAL: link_came and link_went are called by the library's callback thread.
  void link_came(natsConnection* raw);
  void link_went();
  void run_clock();
  void on_reply(message reply);
  void complete_all(reason why, const std::string& detail);
  outcome<void> send(const std::string& subject, const char* reply, std::string_view data);
  static outcome<subscription> subscribe(const std::shared_ptr<link_core>& self,
                                         const std::string& subject, message_handler handler,
                                         const std::string& queue_group);

private:
  void tell_watchers(link_event event);
};

/// Opens the library's connection. Its connection callbacks keep the core alive until the library
/// says "closed".
outcome<void> open_link(const std::shared_ptr<link_core>& core);

} // namespace recado::bus
