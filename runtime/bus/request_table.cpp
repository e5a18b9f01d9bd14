#include "runtime/bus/request_table.hpp"

namespace recado::bus {

std::optional<std::uint64_t> request_table::add(time deadline, reply_handler& then) {
  if (waiting_.size() >= limit_) return std::nullopt;
  auto id = next_id_++;
  auto place = deadlines_.emplace(deadline, id);
  waiting_.emplace(id, entry{std::move(then), place});
  return id;
}

reply_handler request_table::take(std::uint64_t id) {
  auto found = waiting_.find(id);
  if (found == waiting_.end()) return {};
  auto then = std::move(found->second.then);
  deadlines_.erase(found->second.place);
  waiting_.erase(found);
  return then;
}

std::vector<reply_handler> request_table::take_expired(time now) {
  std::vector<reply_handler> expired;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now)
    expired.push_back(take(deadlines_.begin()->second));
  return expired;
}

std::vector<reply_handler> request_table::take_all() {
  std::vector<reply_handler> all;
  all.reserve(waiting_.size());
  while (!deadlines_.empty())
    all.push_back(take(deadlines_.begin()->second));
  return all;
}

std::optional<request_table::time> request_table::next_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

} // namespace recado::bus
