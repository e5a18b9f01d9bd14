#pragma once
/// How long clients had to wait because of a fault, from what they wrote down.
///
/// After an **outage** (kill, pause, cut …) a conversation is *hit* if a try of it that went
/// through a healthy node took over 100 ms or got no number. It has recovered when a try from then
/// on got a number, through whichever node, or when a reader heard a message that was first tried
/// from then on; the figure is the time from that try, or the fault if it was under way then, to
/// the first such sign. A **hand-off** (drain, restart, scale …) hits nobody on purpose; its figure
/// is each conversation's slowest answer while it lasted.
#include "chaos/log/records.hpp"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace recado::chaos {

struct recovery_row {
  std::string fault{};
  bool hand_off = false;
  std::size_t faults = 0;
  std::size_t conversations = 0; ///< that were hit, each fault counted; of a hand-off: that wrote
  micros min = 0;
  micros p50 = 0;
  micros p99 = 0;
  micros max = 0;
};

class recovery_meter {
public:
  /// In the order of time, as read_faults gives them.
  explicit recovery_meter(std::vector<fault_record> faults) : faults_(std::move(faults)) {}

  /// Records of one client must come in their order.
  void take(const record& what);

  /// One row per kind of fault, by name.
  std::vector<recovery_row> rows() const;

private:
  struct ended_try {
    micros begun = 0;
    micros ended = 0;
    unsigned node = 0;
    bool numbered = false;
    bool heard = false; ///< by a reader; `ended` is when
  };
  using tries = std::vector<ended_try>; ///< by their beginning
  struct open_try {
    micros begun = 0;
    unsigned node = 0;
  };
  struct sample {
    std::vector<micros> waits;
    std::size_t faults = 0;
  };

  std::map<conversation_id, tries> sorted() const;
  static void outage(const fault_record& by, micros end, const tries& all, sample& into);
  static void hand_off(const fault_record& by, micros end, const tries& all, sample& into);

  std::vector<fault_record> faults_;
  std::unordered_map<message_id, conversation_id> home_;
  std::map<std::pair<message_id, std::string>, open_try> open_;
  std::map<message_id, tries> ended_;
  std::unordered_map<message_id, micros> first_tried_;
  std::unordered_map<message_id, micros> first_heard_;
};

/// For the terminal; empty without rows.
std::string to_text(const std::vector<recovery_row>& rows);

} // namespace recado::chaos
