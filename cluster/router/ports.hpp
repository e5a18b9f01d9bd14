#pragma once
/// What the router needs of the world. NATS, the owners of this node and PostgreSQL stand behind
/// these; a simulator implements them too.
#include "schemas/command.hpp"
#include "schemas/reply.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace recado::cluster {

using command_ptr = std::shared_ptr<const command>;

/// How a publish to the stream ended.
enum class publish_ack : std::uint8_t {
  received, ///< in the stream, in the order of the calls
  refused,  ///< certainly not in the stream
  unknown,  ///< no answer: perhaps in it
};

class stream_port {
public:
  virtual ~stream_port() = default;
  /// Publishes an encoded command into this generation of the stream. `done` is called exactly
  /// once, on any thread, perhaps before this returns. Calls for one partition and lane keep their
  /// order.
  virtual void publish(std::int32_t generation, partition_id part, lane priority, std::string bytes,
                       std::function<void(publish_ack)> done) = 0;
};

enum class offer_result : std::uint8_t {
  taken,      ///< the owner will answer through router::on_replies
  not_owner,  ///< no owner of this partition on this node (any more)
  overloaded, ///< its credit is used up; the command was not taken
};

class local_port {
public:
  virtual ~local_port() = default;
  /// Hands a command to the owner on this node. Never blocks. `only_copy`: neither it
  /// nor an earlier try with its id was sent anywhere before.
  virtual offer_result offer(partition_id part, command_ptr what, bool only_copy) = 0;
};

struct inbox_item {
  partition_id part = 0;
  command_ptr what; ///< a send_message
};

/// nullopt: stored by this call. Else what a repeated message_id is told: that the message is there
/// already, what became of it, or that it is another message.
using inbox_answer = result<std::optional<reply>>;

class inbox_port {
public:
  using on_stored = std::function<void(std::vector<inbox_answer>)>;
  virtual ~inbox_port() = default;
  /// Stores commands in this order. `done` is called exactly once, on any thread, with one answer
  /// per item. Once an item of a partition has an error, the later ones of that partition in the
  /// same call have it too, unless they were there before. Errors: overloaded (the partition's
  /// inbox is full, or too much waits here), store_unavailable (perhaps stored, perhaps not).
  virtual void store(std::vector<inbox_item> items, on_stored done) = 0;
};

} // namespace recado::cluster
