#pragma once
/// The records of a run, sorted by what they are about. Nothing is judged here.
#include "chaos/log/record_reader.hpp"

#include <map>
#include <unordered_map>

namespace recado::chaos {

/// A message as its senders saw it.
struct sent_message {
  conversation_id conversation;
  std::string by{};
  std::string lane{};
  std::uint64_t text_hash = 0;
  micros begun = -1; ///< -1: only its tries were found
  std::vector<try_record> tries{};
  std::vector<answer_record> answers{};

  std::optional<micros> first_try() const;
  /// The first 2xx.
  const answer_record* accepted() const;
  /// The seq that somebody was told first.
  std::optional<std::int64_t> told_seq() const;
};

/// What one reader got of one conversation, in its order.
struct stream_event {
  enum class kind : std::uint8_t {
    message, ///< seq
    fetched, ///< seq, read from the history
    resume,  ///< the reader has everything up to seq
    gap,     ///< seq … to_seq must be fetched
  };
  micros at = 0;
  kind what = kind::message;
  unsigned link = 0;
  std::int64_t seq = 0;
  std::int64_t to_seq = 0;
  message_id message{};
};

struct stream_key {
  std::string reader;
  conversation_id conversation;
  auto operator<=>(const stream_key&) const = default;
};

struct history {
  run_record run;
  std::unordered_map<message_id, sent_message> messages;
  std::unordered_map<conversation_id, std::vector<std::string>> rooms; ///< with their readers
  std::map<stream_key, std::vector<stream_event>> streams;
  std::unordered_map<message_id, std::vector<look_record>> looks;
  std::vector<receipt_record> receipts;
  std::vector<mark_record> marks;
  std::vector<fault_record> faults; ///< in the order of time
  read_report read;

  bool marked(std::string_view what) const;
};

/// Sorts records in, in any order of files.
class history_builder {
public:
  void add(record&& what);
  void add(std::vector<fault_record> faults) { out_.faults = std::move(faults); }
  /// Puts everything in the order of time. The builder is empty afterwards.
  history finish();

private:
  void take(run_record&& r) { out_.run = std::move(r); }
  void take(room_record&& r) { out_.rooms[r.conversation] = std::move(r.readers); }
  void take(send_record&& r);
  void take(try_record&& r) { out_.messages[r.message].tries.push_back(std::move(r)); }
  void take(answer_record&& r) { out_.messages[r.message].answers.push_back(std::move(r)); }
  void take(open_record&&) {}
  void take(close_record&&) {}
  void take(resume_record&& r);
  void take(frame_record&& r);
  void take(gap_record&& r);
  void take(receipt_record&& r) { out_.receipts.push_back(std::move(r)); }
  void take(look_record&& r) { out_.looks[r.message].push_back(std::move(r)); }
  void take(mark_record&& r) { out_.marks.push_back(std::move(r)); }

  history out_;
};

} // namespace recado::chaos
