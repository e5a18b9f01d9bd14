#include "chaos/workload/workload.hpp"

#include "chaos/workload/crew.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

namespace recado::chaos {
namespace {

using namespace std::chrono_literals;

constexpr auto listening_limit = 60s;
constexpr micros tick_every = 1'000;
constexpr micros flush_every = 500'000;
constexpr micros look_every = 20'000; ///< whether everything is complete

} // namespace

struct workload::impl {
  explicit impl(workload_options options) : how(std::move(options)) {}
  ~impl() {
    quit = true;
    if (thread.joinable()) thread.join();
  }

  enum class stage : std::uint8_t { connecting, sending, draining, complete };

  void start() {
    here.emplace(how);
    set_up(*here);
    thread = std::thread{[this] { run(); }};
    wait_for(listening_limit, [this] { return at != stage::connecting; });
    if (at == stage::connecting) throw std::runtime_error("not every reader is listening");
  }

  /// True when it came true in time; throws what the thread died of.
  template <class Condition>
  bool wait_for(milliseconds limit, Condition done) {
    std::unique_lock lock{guard};
    bool came = changed.wait_for(lock, limit, [&] { return failed || done(); });
    if (failed) std::rethrow_exception(failed);
    return came;
  }

  void run() {
    try {
      crew all{*here};
      for (micros tick_at = 0, flush_at = 0, look_at = 0; !quit;) {
        auto now = here->clock.now();
        if (at == stage::sending) all.send_due(now);
        if (now >= tick_at) {
          tick_at = now + tick_every;
          all.tick(now);
        }
        if (now >= look_at) {
          look_at = now + look_every;
          look(all, now);
        }
        if (now >= flush_at) {
          flush_at = now + flush_every;
          here->records.flush();
        }
        here->loop.turn(std::chrono::microseconds{tick_every});
      }
      here->records.flush();
    } catch (...) {
      std::lock_guard lock{guard};
      failed = std::current_exception();
      changed.notify_all();
    }
  }

  /// Moves the stages on and tells the other thread.
  void look(const crew& all, micros now) {
    std::lock_guard lock{guard};
    seen = here->records.counts();
    if (at == stage::connecting && all.listening()) become(stage::sending, "sending", now);
    if (at == stage::sending && stop) {
      here->sending = false;
      here->records.hurry(now);
      become(stage::draining, "stopped", now);
    } else if (at == stage::draining && all.complete()) {
      become(stage::complete, "drained", now);
      here->records.flush();
    }
    changed.notify_all();
  }

  void become(stage next, const char* mark, micros now) {
    at = next;
    here->records.note(mark_record{now, mark});
  }

  const workload_options how;
  std::optional<scene> here;
  std::thread thread;
  std::atomic<bool> quit = false, stop = false;
  std::atomic<stage> at = stage::connecting;

  std::mutex guard;
  std::condition_variable changed;
  std::exception_ptr failed;
  workload_counts seen;
};

workload::workload(workload_options how) : impl_(std::make_unique<impl>(std::move(how))) {}
workload::~workload() = default;

void workload::start() {
  impl_->start();
}

void workload::stop_sending() {
  impl_->stop = true;
}

bool workload::drain(milliseconds timeout) {
  return impl_->wait_for(timeout, [this] { return impl_->at == impl::stage::complete; });
}

workload_counts workload::counts() const {
  std::lock_guard lock{impl_->guard};
  return impl_->seen;
}

} // namespace recado::chaos
