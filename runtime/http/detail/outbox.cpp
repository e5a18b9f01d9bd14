#include "runtime/http/detail/outbox.hpp"

#include <utility>

namespace recado::http::detail {

void outbox::drop_into(std::vector<std::string>& out) {
  out.swap(queue_);
  frames_ -= out.size();
  for (const auto& text : out)
    bytes_ -= text.size();
}

outbox::outcome outbox::push(std::string text, int overflow_code) {
  std::vector<std::string> dropped; // freed outside the lock
  const std::lock_guard lock{mutex_};
  if (ended_) return outcome::refused;
  if (bytes_ + text.size() > bytes_max_ || frames_ >= frames_max_) {
    ended_ = ending{overflow_code, "slow reader", true};
    is_ended_ = true;
    drop_into(dropped);
    return outcome::overflow;
  }
  bytes_ += text.size();
  ++frames_;
  queue_.push_back(std::move(text));
  return std::exchange(writer_sleeps_, false) ? outcome::wake_writer : outcome::queued;
}

bool outbox::end(ending how) {
  std::vector<std::string> dropped;
  const std::lock_guard lock{mutex_};
  if (how.at_once) drop_into(dropped);
  if (ended_) {
    ended_->at_once |= how.at_once;
    return false;
  }
  ended_ = std::move(how);
  is_ended_ = true;
  return true;
}

std::vector<std::string> outbox::take() {
  const std::lock_guard lock{mutex_};
  auto out = std::exchange(queue_, {});
  writer_sleeps_ = out.empty();
  return out;
}

void outbox::written(std::size_t bytes) {
  const std::lock_guard lock{mutex_};
  bytes_ -= bytes;
  --frames_;
}

std::optional<ending> outbox::ended() const {
  const std::lock_guard lock{mutex_};
  return ended_;
}

bool outbox::dropped() const {
  const std::lock_guard lock{mutex_};
  return ended_ && ended_->at_once;
}

std::size_t outbox::bytes() const {
  const std::lock_guard lock{mutex_};
  return bytes_;
}

} // namespace recado::http::detail
