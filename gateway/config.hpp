#pragma once
/// What an operator may set about the gateway. validate() names the first value that cannot be.
#include "schemas/problem.hpp"
#include "schemas/uuid.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace recado {

/// Over a limit: body 413, depth 400, everything else 422.
struct gateway_limits {
  std::uint64_t body_bytes_max = 1 << 20;
  std::uint64_t bulk_bytes_max = 16 << 20; ///< body of POST /v1/messages/bulk
  std::size_t bulk_messages_max = 1000;    ///< in one of them
  std::size_t json_depth_max = 32;
  std::size_t text_bytes_max = 64 << 10; ///< of a text payload
  std::size_t metadata_bytes_max = 64 << 10;
  std::size_t recipients_max = 100; ///< `to`
  std::size_t members_max = 1000;   ///< of one POST /v1/conversations
  std::size_t page_max = 1000;
  std::size_t page_default = 50;
};

/// Work in flight per client and lane; what is above waits in a queue per client, served in turn.
struct admission_config {
  std::size_t messages_max = 4096;
  std::size_t bytes_max = 16 << 20;
  std::size_t waiting_max = 4096;            ///< per client and lane; over it 503 at once
  std::chrono::milliseconds wait_max{1'000}; ///< then 503
};

/// A pace of messages, and how many of them a day may have. 0: as fast, as many as it likes.
struct rate {
  std::uint32_t per_second = 0;
  std::uint32_t burst = 1;   ///< at once, by a client that has rested
  std::uint32_t per_day = 0; ///< from midnight to midnight UTC, over all nodes
  bool limited() const { return per_second > 0; }
};

/// Each message of a bulk and each `send` of a WebSocket counts; over it 429.
struct rates_config {
  rate everybody; ///< each client that has no rate of its own
  std::map<client_id, rate> of_client;

  const rate& of(const client_id& client) const {
    auto own = of_client.find(client);
    return own == of_client.end() ? everybody : own->second;
  }
  /// Has anybody a quota per day?
  bool daily() const;
};

struct realtime_config {
  std::chrono::milliseconds auth_timeout{10'000}; ///< for the first frame, then 4401
  /// Messages are held back so long after `ready`, or until the first frame, so that a `resume`
  /// that follows can still send what came before them.
  std::chrono::milliseconds resume_grace{250};
  std::chrono::milliseconds keep_alive{25'000}; ///< between comments on an event stream
  unsigned bad_frames_max = 20;                 ///< the frame that reaches it closes with 1008
  std::size_t resume_conversations_max = 1000;
  std::size_t resume_messages_max = 1000;     ///< per conversation; older ones are a `gap`
  std::size_t held_frames_max = 4096;         ///< per session during a resume; over it 4408
  std::size_t watches_max = 500'000;          ///< conversations of everybody online here
  std::size_t held_events_max = 1024;         ///< per conversation while a gap is filled
  std::size_t fill_page = 500;                ///< messages per read of the history
  std::size_t presence_waiting_max = 10'000;  ///< people of one client, still to be told of
  std::size_t reads_max = 64;                 ///< of the history and memberships at a time
  std::chrono::milliseconds retry_first{100}; ///< of a watch or read that failed; doubles
  std::chrono::milliseconds retry_max{5'000};
};

struct gateway_config {
  std::string issuer = "recado";   ///< `iss` of the tokens
  std::string audience = "recado"; ///< `aud` of the tokens
  std::chrono::seconds token_lifetime{3'600};
  std::size_t token_cache_max = 65'536; ///< verified tokens kept
  gateway_limits limits;
  admission_config admission;
  rates_config rates;
  realtime_config realtime;

  result<void> validate() const;
};

} // namespace recado
