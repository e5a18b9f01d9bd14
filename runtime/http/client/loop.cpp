#include "runtime/http/client/loop.hpp"

namespace recado::http::outward {
namespace {

/// libcurl has timers of its own for all but the time of one reply of a mail server: that it only
/// sees when it looks.
constexpr int poll_ms_busy = 500;
constexpr int poll_ms_idle = 10'000;
constexpr long kept_connections_max = 64;

} // namespace

loop::loop(shared_settings shared)
  : shared_(std::move(shared)),
    multi_(curl_multi_init(), &curl_multi_cleanup) {
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kept_connections_max);
  thread_ = std::thread{[this] { run(); }};
}

void loop::add(std::unique_ptr<transfer> one) {
  auto refusal = transfer_error::stopped;
  {
    std::lock_guard lock{mutex_};
    if (!stopping_ && queue_.size() < shared_.config.queue_max) {
      queue_.push_back(std::move(one));
      curl_multi_wakeup(multi_.get());
      return;
    }
    if (!stopping_) refusal = transfer_error::overloaded;
  }
  one->fail({refusal, false, "the client of this node takes no more requests"});
}

void loop::stop() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  curl_multi_wakeup(multi_.get());
  if (thread_.joinable()) thread_.join();
}

bool loop::stopping() {
  std::lock_guard lock{mutex_};
  return stopping_;
}

void loop::run() {
  while (!stopping()) {
    take_in();
    int left = 0;
    curl_multi_perform(multi_.get(), &left);
    collect();
    bool room = running_.size() < shared_.config.transfers_max;
    {
      std::lock_guard lock{mutex_};
      if (room && !queue_.empty()) continue;
    }
    auto wait = running_.empty() ? poll_ms_idle : poll_ms_busy;
    curl_multi_poll(multi_.get(), nullptr, 0, wait, nullptr);
  }
  end_all();
}

void loop::take_in() {
  while (running_.size() < shared_.config.transfers_max) {
    std::unique_ptr<transfer> one;
    {
      std::lock_guard lock{mutex_};
      if (queue_.empty()) return;
      one = std::move(queue_.front());
      queue_.pop_front();
    }
    start(std::move(one));
  }
}

void loop::start(std::unique_ptr<transfer> one) {
  if (auto wrong = one->prepare()) return one->fail(std::move(*wrong));
  auto* handle = one->handle();
  if (curl_multi_add_handle(multi_.get(), handle) != CURLM_OK)
    return one->fail({transfer_error::overloaded, false, "no memory for another request"});
  running_.emplace(handle, std::move(one));
}

void loop::collect() {
  int left = 0;
  while (auto* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    auto* handle = message->easy_handle;
    auto code = message->data.result; // the message is gone once the handle is removed
    curl_multi_remove_handle(multi_.get(), handle);
    auto one = std::move(running_.extract(handle).mapped());
    if (one->again(code) && curl_multi_add_handle(multi_.get(), handle) == CURLM_OK)
      running_.emplace(handle, std::move(one));
    else
      one->finish(code);
  }
}

void loop::end_all() {
  for (auto& [handle, one] : running_) {
    transfer_failure why{transfer_error::stopped, one->maybe_taken(), "the node is stopping"};
    curl_multi_remove_handle(multi_.get(), handle);
    one->fail(std::move(why));
  }
  running_.clear();
  std::deque<std::unique_ptr<transfer>> left;
  {
    std::lock_guard lock{mutex_};
    left.swap(queue_);
  }
  for (auto& one : left)
    one->fail({transfer_error::stopped, false, "the node is stopping"});
}

} // namespace recado::http::outward
