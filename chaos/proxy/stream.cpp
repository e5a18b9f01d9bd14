#include "chaos/proxy/stream.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace recado::chaos::links {

void stream::put(std::string bytes, proxy_clock::time_point due) {
  waiting_ += bytes.size();
  chunks_.push_back({std::move(bytes), due});
}

std::optional<proxy_clock::time_point> stream::next_due() const {
  if (chunks_.empty()) return std::nullopt;
  return chunks_.front().due;
}

stream::pass stream::drain(int to, proxy_clock::time_point now) {
  while (!chunks_.empty() && chunks_.front().due <= now) {
    const auto& first = chunks_.front().bytes;
    auto sent = ::send(to, first.data() + sent_of_first_, first.size() - sent_of_first_,
                       MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      bool later = errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
      return later ? pass::blocked : pass::broken;
    }
    sent_of_first_ += static_cast<std::size_t>(sent);
    waiting_ -= static_cast<std::size_t>(sent);
    if (sent_of_first_ < first.size()) return pass::blocked;
    chunks_.pop_front();
    sent_of_first_ = 0;
  }
  return pass::moved;
}

} // namespace recado::chaos::links
