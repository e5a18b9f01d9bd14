#pragma once
/// The way from any thread to a loop that may have ended.
#include <functional>
#include <mutex>

namespace recado::http::detail {

class gate {
public:
  using poster = std::function<void(std::function<void()>)>;
  explicit gate(poster post) : post_(std::move(post)) {}

  /// Runs `work` on the loop's thread, later; never, once the loop has ended.
  void post(std::function<void()> work) {
    const std::lock_guard lock{mutex_};
    if (post_) post_(std::move(work));
  }
  void shut() {
    const std::lock_guard lock{mutex_};
    post_ = nullptr;
  }

private:
  std::mutex mutex_;
  poster post_;
};

} // namespace recado::http::detail
