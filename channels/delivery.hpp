#pragma once
/// What passes between the owner of a conversation and the connector of an account: one message to
/// one recipient over one external channel, and what became of its tries.
#include "schemas/command.hpp"
#include "schemas/partition.hpp"
#include "schemas/time.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace recado {

/// One account of one client on one channel: what a connector speaks for.
struct account_key {
  client_id client;
  std::string channel; ///< "email", "webhook" …
  std::string account; ///< the name that the client gave it
  auto operator<=>(const account_key&) const = default;
};

/// A committed delivery that has no final state yet, as the connector needs it.
struct open_delivery {
  uuid id;
  account_key over;
  partition_id part = 0;
  epoch owned = 0; ///< of the owner that hands it out; its outcome is refused under another
  conversation_id conversation;
  message_id message;
  std::int64_t seq = 0;
  lane priority = lane::standard;
  std::string address;   ///< where it goes on the channel
  std::string recipient; ///< user_id; empty: an address that is no user of ours
  std::string from;      ///< user_id of the author; empty: the client itself
  std::string title;     ///< of the conversation; empty: none
  std::string payload;   ///< JSON text, as it was sent
  std::string metadata;  ///< JSON text of an object
  wall_time created_at{};
  std::optional<wall_time> expires_at;
  std::int32_t attempts = 0;             ///< tries begun so far
  std::optional<wall_time> first_try_at; ///< when attempt 1 began; nullopt: none has, or not known
  wall_time due{};                       ///< not before
  bool unknown = false;      ///< the last try was begun by an owner that died: nobody knows its end
  bool at_most_once = false; ///< then an unknown end is a failure, never a repetition
};
using open_delivery_ptr = std::shared_ptr<const open_delivery>;

/// What a channel makes of a provider's answer (design section 8).
enum class outcome_class : std::uint8_t {
  sent,                ///< accepted by the provider
  retry,               ///< try again with backoff
  retry_after,         ///< not before the provider's own delay
  permanent_recipient, ///< this address will never work
  permanent_message,   ///< this message will never be taken
  config,              ///< the account is wrong (credentials, sender): retried, and alarmed
  unknown              ///< the request was written, its end was not seen: it may have been taken
};

/// The end of one try, to be committed before anybody hears of it.
struct attempt_outcome {
  std::int32_t attempt = 1;
  outcome_class what = outcome_class::sent;
  /// What follows: nullopt after a final outcome; else the next try, not before this instant.
  std::optional<wall_time> next_at;
  bool exhausted = false;    ///< no tries are left: the delivery is dead
  std::string provider_id;   ///< the provider's name for the message; empty: none
  std::string provider_code; ///< "250", "451", "503" …; empty: none
  std::string detail;        ///< one line for people, at most 500 bytes, no secrets
  wall_time at{};
};

/// The connector's way to the owner of a delivery. Called from the connector's actor; `done` may be
/// called from any thread, exactly once.
struct delivery_ledger {
  /// Commits `sending (attempt n)` behind the fence. false: canceled, expired, already ended or not
  /// ours any more; the delivery is forgotten without a call to the provider.
  std::function<void(open_delivery_ptr, std::int32_t attempt, std::function<void(bool)> done)>
    begin;
  /// Commits the end of a try. false: the delivery belongs to another owner now; forget it.
  std::function<void(open_delivery_ptr, attempt_outcome, std::function<void(bool)> done)> settle;
  /// Its expires_at has come and no try runs: commits `expired`. May be empty: then it is only
  /// forgotten here.
  std::function<void(open_delivery_ptr)> expire;
  /// A window of the account had to be cut or has been worked off: load the next ones, and send
  /// them as channels::window. Asked again when no window comes within 5 s.
  std::function<void(account_key)> more;
};

} // namespace recado
