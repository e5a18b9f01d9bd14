#include "cluster/reader/reader_machine.hpp"

#include <algorithm>

namespace recado::cluster {

reader_machine::reader_machine(reader_limits limits, position cursor, std::uint32_t credit,
                               consumer_number first)
  : limits_(limits),
    at_(cursor),
    credit_(credit),
    consumer_(first - 1) {}

void reader_machine::step(const reader_event& what, steady_time now, reader_actions& todo) {
  if (state_ == state::stopped) return;
  if (changed_at_ == steady_time{}) changed_at_ = now;
  auto was_reading = state_ == state::reading;
  now_ = now;
  todo_ = &todo;
  std::visit([this](const auto& value) { on(value); }, what);
  todo_ = nullptr;
  if (was_reading != (state_ == state::reading)) changed_at_ = now;
}

void reader_machine::on(const event::stream_open& what) {
  open_ = what.generation;
  backoff_ = {};
  if (ahead_of(open_)) { // that stream is of the past: wait for the one of our cursor
    on(event::stream_lost{});
    return;
  }
  if (at_.generation < open_) at_ = {open_, 0, 0, {}};
  create();
}

void reader_machine::on(const event::stream_lost&) {
  state_ = state::waiting; // the server forgets the consumer by itself
  outstanding_ = 0;
  wake_at_.reset();
}

void reader_machine::on(const event::consumer_ready& what) {
  if (state_ != state::creating || what.consumer != consumer_) return;
  state_ = state::reading;
  wake_at_.reset();
  pull_if_useful();
}

void reader_machine::on(const event::consumer_failed& what) {
  if (state_ == state::creating && what.consumer == consumer_) rest();
}

void reader_machine::on(const event::delivered& what) {
  if (!reads(what.consumer) || what.consumer_seq < next_consumer_seq_) return;
  auto gap = what.consumer_seq > next_consumer_seq_ || outstanding_ == 0;
  auto backwards = what.stream_seq <= at_.seq;
  if (backwards) return rest(); // the stream is not the one we knew
  if (gap) return replace();
  ++next_consumer_seq_;
  --outstanding_;
  if (credit_ > 0) --credit_;
  at_ = {open_, what.stream_seq, what.published_ns, {}};
  behind_ = what.pending;
  todo_->push_back(action::deliver{at_});
  heard();
  pull_if_useful();
}

void reader_machine::on(const event::heartbeat& what) {
  if (!reads(what.consumer)) return;
  heard();
  if (what.last_consumer_seq >= next_consumer_seq_) return replace(); // its last ones were lost
  behind_ = 0; // a pull that waits has nothing to bring
  if (what.last_stream_seq < std::max(at_.seq, looked_at_) + limits_.idle_step) return;
  looked_at_ = what.last_stream_seq;
  todo_->push_back(action::look_at{consumer_, open_, looked_at_});
}

void reader_machine::on(const event::place_known& what) {
  if (!reads(what.consumer) || what.at.generation != open_ || what.at.seq <= at_.seq) return;
  at_ = what.at;
  todo_->push_back(action::idle_at{at_});
}

void reader_machine::on(const event::pull_ended& what) {
  if (!reads(what.consumer) || what.pull != pull_) return;
  outstanding_ = 0;
  heard();
  pull_if_useful();
}

void reader_machine::on(const event::consumer_gone& what) {
  if (!reads(what.consumer)) return;
  state_ = state::waiting; // there is nothing to delete
  rest();
}

void reader_machine::on(const event::credit& what) {
  credit_ += what.messages;
  if (state_ == state::reading) pull_if_useful();
}

void reader_machine::on(const event::stop&) {
  drop_consumer();
  state_ = state::stopped;
  wake_at_.reset();
}

void reader_machine::on(const event::tick&) {
  if (!wake_at_ || now_ < *wake_at_) return;
  switch (state_) {
  case state::creating:
    return rest(); // no answer
  case state::reading:
    if (now_ >= pull_ends_) return on(event::pull_ended{consumer_, pull_});
    return replace(); // no sign of life
  case state::resting:
    return create();
  case state::waiting:
  case state::stopped:
    return;
  }
}

void reader_machine::create() {
  state_ = state::creating;
  ++consumer_;
  next_consumer_seq_ = 1;
  outstanding_ = 0;
  looked_at_ = 0;
  wake_at_ = now_ + limits_.answer;
  todo_->push_back(action::create_consumer{consumer_, open_, at_.seq + 1});
}

/// The next consumer at once: the last one worked until now.
void reader_machine::replace() {
  if (backoff_.count() > 0) return rest(); // … or did not
  drop_consumer();
  backoff_ = limits_.backoff_first;
  create();
}

/// The next consumer after a pause, which doubles until one of them works.
void reader_machine::rest() {
  drop_consumer();
  state_ = state::resting;
  backoff_ = std::clamp(backoff_ * 2, limits_.backoff_first, limits_.backoff_max);
  wake_at_ = now_ + backoff_;
}

void reader_machine::drop_consumer() {
  if (state_ == state::creating || state_ == state::reading)
    todo_->push_back(action::delete_consumer{consumer_, open_});
  outstanding_ = 0;
}

void reader_machine::pull_if_useful() {
  if (outstanding_ > 0) return;
  outstanding_ = std::min(credit_, limits_.batch_max);
  if (outstanding_ == 0) {
    wake_at_.reset(); // nothing is asked for, so nothing can be missed
    return;
  }
  pull_ends_ = now_ + limits_.pull_expiry + limits_.expiry_grace;
  wait_for_a_sign();
  todo_->push_back(action::pull{consumer_, open_, ++pull_, outstanding_});
}

void reader_machine::heard() {
  backoff_ = {};
  if (wake_at_) wait_for_a_sign();
}

void reader_machine::wait_for_a_sign() {
  wake_at_ = std::min(now_ + limits_.silence, pull_ends_);
}

} // namespace recado::cluster
