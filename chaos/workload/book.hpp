#pragma once
/// What was sent and what came of it: keeps the records, and which messages need another try.
#include "chaos/log/record_file.hpp"
#include "chaos/workload/workload.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <queue>

namespace recado::chaos {

/// A message of ours, from its first try until nobody needs it any more.
struct letter {
  message_id id;
  std::size_t room = 0;
  conversation_id where;
  std::string from{}; ///< a user id
  std::string text{};
  std::string by{};
  std::string lane = "standard";
  bool accepted = false;             ///< some 2xx came
  std::optional<std::int64_t> seq{}; ///< as first told

  /// The members of the body without its braces; POST and `send` frames have the same ones.
  std::string fields() const;
};
using letter_ptr = std::shared_ptr<letter>;

/// How a try ended.
struct told {
  int status = 0; ///< 0: no answer
  std::optional<std::int64_t> seq{};
  bool replayed = false;
  unsigned link = 0;
  std::string why{};
};

class book {
public:
  book(const std::filesystem::path& folder, const run_clock& clock);

  /// Room for a new message; notes that it begins.
  letter_ptr compose(std::size_t room, const conversation_id& where, std::string from,
                     std::string by, std::string lane, std::string text);
  void note_try(const letter& what, std::string_view by, way via, unsigned node, unsigned link);
  /// True: the message was accepted. Any 2xx; with 202 it will be asked again for its seq.
  bool note_answer(const letter_ptr& what, std::string_view by, const told& answer);
  void note(const record& what);
  void flush();

  /// Asks for one more try of an accepted message, to be replayed.
  void again_at(const letter_ptr& what, micros when);
  /// One whose time has come; nullptr if none.
  letter_ptr take_again(micros now);
  bool nothing_again() const { return again_.empty(); }
  /// Whatever waits for another try is due now.
  void hurry(micros now);

  /// A message that was accepted lately; nullptr if none was.
  letter_ptr recent(std::size_t random) const;

  workload_counts& counts() { return counts_; }
  std::uint64_t unnumbered() const { return unnumbered_; } ///< accepted, and without a seq so far

private:
  struct due {
    micros when;
    letter_ptr what;
    bool operator>(const due& other) const { return when > other.when; }
  };

  const run_clock& clock_;
  record_file calls_;
  record_file frames_;
  std::priority_queue<due, std::vector<due>, std::greater<>> again_;
  std::deque<letter_ptr> recent_;
  workload_counts counts_;
  std::uint64_t unnumbered_ = 0;
};

} // namespace recado::chaos
