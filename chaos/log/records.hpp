#pragma once
/// What clients and the one who breaks things wrote down while a run went on: one JSON object a
/// line.
///
/// All times are microseconds since the run's beginning on CLOCK_MONOTONIC, so records of one
/// machine can be compared whoever wrote them. Nothing here says what is right; `chaos/check` does.
#include "schemas/uuid.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

namespace recado::chaos {

using micros = std::int64_t;

/// Time since the beginning of the run. std::chrono::steady_clock is CLOCK_MONOTONIC.
class run_clock {
public:
  using clock = std::chrono::steady_clock;
  explicit run_clock(clock::time_point origin = clock::now()) : origin_(origin) {}
  micros now() const { return at(clock::now()); }
  micros at(clock::time_point when) const {
    return std::chrono::duration_cast<std::chrono::microseconds>(when - origin_).count();
  }

private:
  clock::time_point origin_;
};

/// How a message went in.
enum class way : std::uint8_t {
  post,   ///< POST /v1/messages with the client's token
  person, ///< the same with a user's token
  bulk,   ///< POST /v1/messages/bulk
  socket, ///< a WebSocket session, several unanswered at a time
};

/// Who wrote the records, and against what. The first line of a run.
struct run_record {
  micros at = 0;
  client_id client;
  std::uint64_t seed = 0;
  std::vector<std::string> nodes{}; ///< URLs; other records name a node by its place here
};

/// A conversation, and those who must hear all of it: names of readers.
struct room_record {
  micros at = 0;
  conversation_id conversation;
  std::vector<std::string> readers{};
};

/// Somebody decided to send a message; all its tries follow.
struct send_record {
  micros at = 0;
  message_id message;
  conversation_id conversation;
  std::string by{};
  std::uint64_t text_hash = 0; ///< hash_of(text)
  std::string lane = "standard";
};

/// The message left (again). Written before the first byte goes out.
struct try_record {
  micros at = 0;
  message_id message;
  std::string by{};
  way via = way::post;
  unsigned node = 0;
  unsigned link = 0; ///< which connection of a WebSocket session: 1, 2, …; 0: HTTP
};

/// What came back. A WebSocket's ack counts as 201, or 202 when it has no seq.
struct answer_record {
  micros at = 0;
  message_id message;
  std::string by{};
  int status = 0; ///< 0: none, the connection ended or took too long
  std::optional<std::int64_t> seq{};
  bool replayed = false;
  unsigned link = 0;
  std::string why{}; ///< the problem's code, or what happened to the connection
};

/// A reader's or writer's connection of its own began to listen …
struct open_record {
  micros at = 0;
  std::string by{};
  unsigned link = 0;
  unsigned node = 0;
};
/// … and ended. `code` is the WebSocket's, 0 without one.
struct close_record {
  micros at = 0;
  std::string by{};
  unsigned link = 0;
  int code = 0;
  std::string why{};
};

/// "I have everything up to seq", and the server's word that all of it was sent again.
struct resume_record {
  micros at = 0;
  std::string by{};
  unsigned link = 0;
  conversation_id conversation;
  std::int64_t seq = 0;
  bool answered = false; ///< it is the server's answer
};

/// A reader got a message.
struct frame_record {
  micros at = 0;
  std::string by{};
  unsigned link = 0;
  conversation_id conversation;
  message_id message;
  std::int64_t seq = 0;
  bool fetched = false; ///< read from the history, as a `gap` frame asked for
};

/// The server told a reader that it must fetch these itself.
struct gap_record {
  micros at = 0;
  std::string by{};
  unsigned link = 0;
  conversation_id conversation;
  std::int64_t from_seq = 0;
  std::int64_t to_seq = 0;
};

/// A reader's receipt, or its answer.
struct receipt_record {
  micros at = 0;
  std::string by{};
  conversation_id conversation;
  bool read = false; ///< else delivered
  std::int64_t up_to_seq = 0;
  int status = 0; ///< 0: it was sent; else the answer
};

/// GET /v1/messages/{id} said this; asked at `begun`.
struct look_record {
  micros at = 0;
  micros begun = 0;
  message_id message;
  std::string status{};
};

/// The run's own milestones: "sending", "stopped", "drained", "not drained".
struct mark_record {
  micros at = 0;
  std::string what{};
};

using record = std::variant<run_record, room_record, send_record, try_record, answer_record,
                            open_record, close_record, resume_record, frame_record, gap_record,
                            receipt_record, look_record, mark_record>;

/// Something was broken, or mended again.
struct fault_record {
  micros at = 0;
  bool begin = true;    ///< else it ends
  std::string fault{};  ///< kill, pause, cut, drain …
  std::string target{}; ///< a node's id, or nats, postgres …
  std::string detail{};
  std::vector<unsigned> partitions{}; ///< that the target owned then, if somebody looked
};

/// The place of the node that a fault's target names: "n2" is number 1; nothing for what is no
/// node.
std::optional<unsigned> node_in(const std::string& target);

/// One line, with its end.
std::string to_line(const record& what);
std::string to_line(const fault_record& what);

/// The error is a sentence about the line.
tl::expected<record, std::string> record_of(std::string_view line);
tl::expected<fault_record, std::string> fault_of(std::string_view line);

/// FNV-1a: of texts, so that the records stay small.
std::uint64_t hash_of(std::string_view text) noexcept;

std::string_view to_string(way value) noexcept;

} // namespace recado::chaos
