#pragma once
/// What a reader of the history sees: the answers of the services below, as plain values.
#include "channels/account.hpp"
#include "schemas/event.hpp"
#include "schemas/status.hpp"

#include <optional>
#include <string>
#include <vector>

namespace recado {

/// One page of a list. `next` is the position to continue from, opaque to callers; empty at the
/// end.
template <class T>
struct page {
  std::vector<T> items;
  std::string next;
};

struct client_record {
  client_id id;
  std::string name;
  std::string scopes;        ///< space separated
  std::string secret_sha256; ///< 32 bytes
  wall_time created_at{};
};

struct signing_key {
  std::string kid;
  std::string private_pem; ///< Ed25519, PKCS #8; never logged
  wall_time created_at{};
};

struct user_fields {
  std::optional<std::string> name, locale, time_zone;
  std::string metadata = "{}"; ///< JSON text of an object
};
struct user_record {
  user_id id;
  user_fields fields;
  wall_time created_at{}, updated_at{};
};

struct identity_fields {
  std::string channel, address;
  std::optional<std::string> account;
  bool verified = false;
};
struct identity_record {
  identity_fields fields;
  wall_time created_at{};
};

struct member_record {
  user_id user;
  member_role role = member_role::member;
  wall_time joined_at{};
  std::int64_t joined_seq = 0;
};
struct conversation_record {
  conversation_id id;
  conversation_type type = conversation_type::group;
  std::optional<std::string> title;
  std::vector<member_record> members; ///< those who have not left
  std::string metadata;
  std::int64_t last_seq = 0;
  std::int64_t rev = 0;
  wall_time created_at{};
};

struct delivery_record {
  delivery_id id;
  user_id recipient;   ///< empty: the address is no user's
  std::string address; ///< of such a recipient
  std::string channel = "in_app";
  std::optional<std::string> account;
  status state = status::sent;
  std::int32_t attempt = 1; ///< tries begun
  std::optional<std::string> provider_id, provider_code;
  wall_time updated_at{};
};

/// A message with everything that is computed for it.
struct message_record {
  message_view view; ///< seq 0: in the inbox, or refused after a 202
  status state = status::sent;
  std::string failure;                     ///< code of the reason when it was refused after a 202
  std::vector<delivery_record> deliveries; ///< of a single GET only: at most reply_recipients
  std::int32_t deliveries_total = 0;
};

struct stored_account {
  channels::account_record record;
  bool demo = false; ///< made by `up`
  wall_time created_at{}, updated_at{};
};

/// One line of the append-only history of a message.
struct history_record {
  wall_time at{};
  user_id recipient;   ///< empty: the address is no user's
  std::string address; ///< of such a recipient
  std::string channel = "in_app";
  status state = status::sent;
  std::int32_t attempt = 1;
  std::optional<std::string> provider_code, detail;
  std::string place; ///< where a page goes on after it; opaque
};

/// Where a message was, what it waited for, and every try to deliver it. Nothing: not known, or not
/// yet.
struct trace_record {
  struct attempt {
    std::int32_t number = 1;
    wall_time at{}; ///< of its end, or of its beginning while it is under way
    status state = status::sent;
    std::optional<std::string> provider_code;
    std::optional<wall_time> next_at; ///< when the next one is due, or was begun
  };
  struct delivery {
    delivery_id id;
    std::vector<attempt> attempts;
  };
  message_id message;
  conversation_id conversation;
  std::string trace_id; ///< empty: its command had none
  std::int64_t seq = 0;
  std::optional<std::int64_t> partition, epoch;
  std::optional<std::string> node;
  std::optional<path> came_by;
  std::optional<wall_time> received_at, sequenced_at, committed_at;
  std::optional<double> wire_ms, mailbox_ms, commit_ms;
  std::vector<delivery> deliveries; ///< at most trace_deliveries_max
};
inline constexpr std::size_t trace_deliveries_max = 100;

/// Where one user stands in one conversation: what a WebSocket session starts from.
struct membership {
  conversation_id conversation;
  std::int64_t joined_seq = 0;          ///< messages above it are the member's
  std::optional<std::int64_t> left_seq; ///< set: messages above it are not
  std::int64_t last_seq = 0;
  std::int64_t rev = 0;
};

/// That somebody is in a conversation.
struct shared_place {
  user_id user;
  conversation_id conversation;
};

/// A member's receipt position.
struct receipt_position {
  user_id user;
  receipt_kind kind = receipt_kind::delivered;
  std::int64_t up_to_seq = 0;
  wall_time at{};
};

/// A status event as it was told, read again.
struct status_record {
  std::int64_t rev = 0; ///< of the conversation when it was committed
  status_event what;
};

/// The cluster as an operator sees it.
struct cluster_record {
  enum class node_state : std::uint8_t { live, draining, drained, dead };
  enum class partition_state : std::uint8_t { owned, moving, free, quarantined };
  struct node {
    std::string id;
    std::int64_t incarnation = 0;
    node_state state = node_state::live;
    std::string url, version;
    std::int64_t partitions = 0;
    std::optional<std::int64_t> heartbeat_age_ms;
  };
  struct partition {
    std::int32_t id = 0;
    std::string owner, target; ///< empty: none
    std::int64_t epoch = 0;
    partition_state state = partition_state::owned;
    /// Commands in the stream that its reader has not taken, by lane; not known without NATS.
    std::optional<std::array<std::int64_t, 3>> lag;
    std::int64_t inbox = 0;
    wall_time since{};  ///< of the last change of owner
    std::string from{}; ///< moving: the node that gave it back
  };
  std::vector<node> nodes;
  std::vector<partition> partitions;
};

} // namespace recado
