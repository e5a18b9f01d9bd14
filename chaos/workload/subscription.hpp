#pragma once
/// What one subscriber has of its rooms, and the records of it.
#include "chaos/workload/fetcher.hpp"

#include <unordered_map>

namespace recado::chaos {

class subscription {
public:
  subscription(scene& in, const audience& who, fetcher& history);

  /// One frame of the server, as JSON; `link`: the connection that it came over.
  void take(std::string_view frame, unsigned link);
  /// Says in the records where the subscriber stands: what comes now must follow that.
  void note_positions(unsigned link) const;
  /// The members of a `resume` frame's "conversations", at most 1,000 of them from number `from`.
  std::string positions(std::size_t from) const;
  std::size_t rooms() const { return who_.rooms.size(); }

  /// All that anybody was told has come, and nothing is being fetched.
  bool complete() const;
  /// The last message frame; 0 if the last frame was none.
  struct latest {
    conversation_id where;
    std::int64_t seq = 0;
  };
  const latest& last() const { return last_; }

private:
  void take_message(std::string_view frame, unsigned link);
  void take_gap(std::string_view frame, unsigned link);
  void take_resumed(std::string_view frame, unsigned link) const;

  scene& in_;
  const audience& who_;
  fetcher& history_;
  std::unordered_map<conversation_id, std::int64_t> have_;
  latest last_;
};

} // namespace recado::chaos
