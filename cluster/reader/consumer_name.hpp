#pragma once
/// INTERNAL: names of consumers, and what JetStream writes into the reply subject of a delivery.
#include "cluster/reader/stream_reader.hpp"

namespace recado::cluster {

/// "p017-standard-e42-g3": a consumer says whose it is.
struct consumer_name {
  reader_key key;
  consumer_number number = 0;

  std::string str() const;
  static std::optional<consumer_name> parse(std::string_view text);
};

/// "$JS.ACK.<stream>.<consumer>.<tries>.<stream seq>.<consumer seq>.<ns>.<pending>", the format of
/// nats-server 2.9; later servers may put a domain and an account before the stream.
struct delivery_info {
  std::string_view consumer; ///< points into the text
  std::int64_t stream_seq = 0;
  std::int64_t consumer_seq = 0;
  std::int64_t published_ns = 0;
  std::int64_t pending = 0; ///< what waits behind it for this consumer

  static std::optional<delivery_info> parse(std::string_view reply_subject);
};

/// "<inbox>.<consumer>.<pull>": where the statuses of a pull arrive.
struct pull_inbox {
  std::string_view consumer; ///< points into the text
  std::uint64_t pull = 0;

  static std::optional<pull_inbox> parse(std::string_view subject);
};

} // namespace recado::cluster
