#pragma once
/// All settings of a node: one struct per section of the file, with defaults. Units are in the
/// names. What a value may be stands in settings.cpp, what values may not be together in rules.cpp.
/// Plain data: components take the parts they need, the composition root hands them out.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace recado::config {

/// [node] who this process is.
struct node_section {
  std::string id = "n1";  ///< unique in the cluster; 1-20 of a-z 0-9 -
  std::string public_url; ///< how others reach it, kept in table node; empty: made from [http]
  std::uint32_t stop_ms_max = 30'000; ///< from SIGTERM to the end, hand-off included
  std::uint32_t linger_ms = 0;        ///< of that: new connections are still taken, and sent away
  bool operator==(const node_section&) const = default;
};

/// [http] the public server.
struct http_section {
  std::string address = "127.0.0.1"; ///< IPv4 or IPv6; 0.0.0.0 or :: for all
  std::uint16_t port = 8080;         ///< 0: any free one
  std::string tls_certificate_file;  ///< PEM chain; empty: no TLS
  std::string tls_key_file;          ///< PEM
  std::uint32_t io_threads = 1;
  std::uint32_t connections_max = 20'000;       ///< more wait in the kernel's queue
  std::uint32_t header_bytes_max = 32 * 1024;   ///< request line and headers; over it 431
  std::uint32_t headers_max = 100;              ///< header lines; over it 431
  std::uint32_t headers_timeout_ms = 10'000;    ///< for the whole head, then 408
  std::uint32_t body_idle_timeout_ms = 30'000;  ///< without a byte of the body, then 408
  std::uint32_t request_timeout_ms = 30'000;    ///< for an answer, then 503
  std::uint32_t write_timeout_ms = 30'000;      ///< without progress of an answer
  std::uint32_t keep_alive_idle_ms = 75'000;    ///< between requests
  std::uint32_t ws_message_bytes_max = 1 << 20; ///< received; over it 1009
  std::uint32_t ws_queue_bytes_max = 4 << 20;   ///< to be sent; over it 4408
  std::uint32_t ws_queue_frames_max = 4096;     ///< likewise
  std::uint32_t ws_ping_ms = 25'000;            ///< silent for two of them: dropped
  bool ws_compression = true;                   ///< offer permessage-deflate
  bool operator==(const http_section&) const = default;
};

/// [limits] of requests. Over them: body 413, depth 400, all else 422.
struct limits_section {
  std::uint64_t body_bytes_max = 1 << 20;
  std::uint64_t bulk_body_bytes_max = 16 << 20; ///< POST /v1/messages/bulk
  std::uint32_t bulk_messages_max = 1'000;
  std::uint32_t json_depth_max = 32;
  std::uint32_t text_bytes_max = 64 << 10; ///< of a text payload
  std::uint32_t metadata_bytes_max = 64 << 10;
  std::uint32_t recipients_max = 100; ///< of one message
  std::uint32_t members_max = 1'000;  ///< of one conversation
  std::uint32_t page_max = 1'000;     ///< of any list
  std::uint32_t page_default = 50;
  bool operator==(const limits_section&) const = default;
};

/// [store] PostgreSQL.
struct store_section {
  std::string dsn = "postgresql://recado@127.0.0.1:5432/recado"; ///< secret; URI or keywords
  std::uint32_t writers = 2;                                     ///< connections that commit
  std::uint32_t readers = 4;                                     ///< connections that answer reads
  std::uint32_t read_queue_max = 1'024;                          ///< reads waiting; over it 503
  std::uint32_t connect_timeout_ms = 2'000;
  std::uint32_t statement_timeout_ms = 8'000;
  std::uint32_t read_timeout_ms = 5'000; ///< of one read, waiting included
  bool operator==(const store_section&) const = default;
};

/// [bus] NATS.
struct bus_section {
  std::vector<std::string> urls{"nats://127.0.0.1:4222"};
  std::string user;
  std::string password; ///< secret
  std::string token;    ///< secret; instead of user and password
  std::uint32_t connect_timeout_ms = 1'000;
  std::uint32_t backoff_ms_first = 20; ///< before the second try; doubles
  std::uint32_t backoff_ms_max = 1'000;
  std::uint32_t ping_interval_ms = 1'000;    ///< a silent server is found dead after three of these
  std::uint32_t stream_age_s_max = 900;      ///< of a command in the stream
  std::uint64_t stream_bytes_max = 1u << 30; ///< then the oldest are dropped
  std::uint32_t stream_replicas = 1;
  bool operator==(const bus_section&) const = default;
};

/// [cluster] who owns what. All nodes of a cluster agree on name and partitions.
struct cluster_section {
  std::string name = "recado";   ///< begins the names of streams and subjects
  std::uint32_t partitions = 64; ///< pinned in the database by the first migration
  std::string wire = "auto";     ///< direct when the owner is on this node; stream: never
  std::uint32_t heartbeat_ms = 200;
  std::uint32_t silence_ms = 3'000; ///< without a heartbeat, then a node is dead …
  std::uint32_t silence_polls = 6;  ///< … if so many polls of ours saw none
  std::uint32_t serve_without_heartbeat_ms = 2'000; ///< our own fails so long: we stop serving
  std::uint32_t beacon_ms = 200;
  std::uint32_t beacon_age_ms_max = 600; ///< without a beacon an owner counts as absent
  std::uint32_t moves_max = 4;           ///< partitions that change hands at once
  std::uint32_t tries_wait_ms = 30'000;  ///< for deliveries under way, before a partition is moved
  bool operator==(const cluster_section&) const = default;
};

/// [gateway] clients of this node.
struct gateway_section {
  std::string token_issuer = "recado";
  std::string token_audience = "recado";
  std::uint32_t token_ttl_s = 3'600;
  std::uint32_t in_flight_per_client = 4'096; ///< messages, per lane; each of a bulk counts
  std::uint64_t in_flight_bytes_per_client = 16 << 20;
  std::uint32_t waiting_per_client = 4'096; ///< requests above that; over it 503
  std::uint32_t queue_wait_ms = 1'000;      ///< of those, then 503
  std::uint32_t owner_reply_timeout_ms = 5'000;
  std::uint32_t inbox_rows_max = 10'000;     ///< per partition without an owner; over it 503
  std::uint32_t ws_auth_timeout_ms = 10'000; ///< for the first frame, then 4401
  std::uint32_t resume_messages_max = 1'000; ///< per conversation; older ones are a gap
  std::uint32_t resume_conversations_max = 1'000;
  bool operator==(const gateway_section&) const = default;
};

/// [rates] how fast clients may send, and how much on a day; every message of a bulk and every
/// `send` of a WebSocket counts.
struct rates_section {
  std::uint32_t messages_per_second = 0; ///< of each client on this node; 0: no limit
  std::uint32_t messages_burst = 0;      ///< at once, after a rest; 0: those of one second
  std::uint32_t messages_per_day = 0;    ///< of each client over all nodes, by UTC; 0: no limit
  /// "CLIENT_ID=per_second/burst" or "CLIENT_ID=per_second/burst/per_day" for single ones
  std::vector<std::string> clients;
  bool operator==(const rates_section&) const = default;
};

/// [conversations] the actors of this node's partitions.
struct conversations_section {
  std::uint32_t idle_passivate_s = 300;             ///< unused for so long: leaves the memory
  std::uint32_t resident_max = 20'000;              ///< per partition; the least used leave first
  std::uint32_t commands_per_partition_max = 4'096; ///< taken in and not ended
  std::uint32_t batch_commands_max = 1'000;         ///< of one commit
  std::uint32_t batch_bytes_max = 2 << 20;          ///< likewise
  std::uint32_t inbox_poll_ms = 250;                ///< while idle
  bool operator==(const conversations_section&) const = default;
};

/// [actors] the scheduler.
struct actors_section {
  std::uint32_t threads = 0;             ///< 0: one less than the machine has cores
  std::uint32_t messages_per_turn = 100; ///< then an actor lets others run
  bool operator==(const actors_section&) const = default;
};

/// [log]
struct log_section {
  std::string level = "info"; ///< debug, info, warn, error
  std::string file;           ///< empty: stderr
  bool human = false;         ///< plain text instead of JSON
  bool operator==(const log_section&) const = default;
};

/// [net] where the node may connect to on behalf of a client (webhooks, channel accounts).
struct net_section {
  /// Private addresses that are allowed all the same: loopback, private, link_local, or CIDR.
  std::vector<std::string> allow_private;
  bool operator==(const net_section&) const = default;
};

/// [channels] accounts on channels outside.
struct channels_section {
  /// A file with a secret of at least 32 characters, the same on all nodes: it seals the
  /// credentials of accounts in the database. Empty: they are stored as they are.
  std::string key_file;
  bool operator==(const channels_section&) const = default;
};

struct node_config {
  node_section node;
  http_section http;
  limits_section limits;
  store_section store;
  bus_section bus;
  cluster_section cluster;
  gateway_section gateway;
  rates_section rates;
  conversations_section conversations;
  actors_section actors;
  log_section log;
  net_section net;
  channels_section channels;
  bool operator==(const node_config&) const = default;
};

/// One of [rates].clients, taken apart.
struct client_rate {
  std::string client; ///< a UUID
  std::uint32_t per_second = 0, burst = 0;
  std::optional<std::uint32_t> per_day; ///< nothing: as everybody
};
/// Nothing if it is not of the form.
std::optional<client_rate> read_client_rate(const std::string& text);

/// One thing that is wrong, as an operator needs to hear it.
struct invalid {
  std::string where; ///< "recado.toml:12:1", "environment RECADO__HTTP__PORT", or empty
  std::string key;   ///< "http.port"; empty if the file cannot be read at all
  std::string why;   ///< a sentence: what it is, and what is allowed
  bool operator==(const invalid&) const = default;
};

/// Everything that is wrong with the values; empty: nothing. load() has done this already.
std::vector<invalid> validate(const node_config& config);

/// One line per error: "recado.toml:12:1: http.port: 70000 is too large: allowed is 0 to 65535".
std::string to_text(const std::vector<invalid>& errors);

} // namespace recado::config
