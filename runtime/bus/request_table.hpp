#pragma once
/// INTERNAL to runtime/bus: the requests that wait for an answer, by number and by deadline.
#include "runtime/bus/bus.hpp"

#include <map>
#include <optional>
#include <unordered_map>

namespace recado::bus {

/// Pure; its user locks. Each handler leaves the table exactly once.
class request_table {
public:
  using time = std::chrono::steady_clock::time_point;

  explicit request_table(std::size_t limit) : limit_(limit) {}

  /// The number of the new request, or nullopt if the table is full. Then `then` is untouched.
  std::optional<std::uint64_t> add(time deadline, reply_handler& then);
  /// The handler of this request; empty if it is gone already.
  reply_handler take(std::uint64_t id);
  std::vector<reply_handler> take_expired(time now);
  std::vector<reply_handler> take_all();

  std::optional<time> next_deadline() const;
  std::size_t size() const noexcept { return waiting_.size(); }

private:
  using by_deadline = std::multimap<time, std::uint64_t>;
  struct entry {
    reply_handler then;
    by_deadline::iterator place;
  };
  std::size_t limit_;
  std::uint64_t next_id_ = 1;
  std::unordered_map<std::uint64_t, entry> waiting_;
  by_deadline deadlines_;
};

} // namespace recado::bus
