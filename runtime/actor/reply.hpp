#pragma once
/// A response promise that cannot be forgotten.
#include <caf/typed_response_promise.hpp>
#include <utility>

#include "runtime/actor/error.hpp"

namespace recado::actor {

/// CAF 0.17 drops an undelivered promise silently, and the requester waits for its timeout. This
/// one answers `ec::abandoned` when it is destroyed unanswered: its actor died, or forgot it.
///
///   reply<receipt> later{self->make_response_promise<receipt>()};
///   auto promise = later.promise();          // what the handler returns
///   in_flight.emplace(id, std::move(later)); // answered by in_flight.extract(id)…(value)
template <class... Ts>
class reply {
public:
  explicit reply(caf::typed_response_promise<Ts...> promise)
    : promise_(std::move(promise)),
      armed_(true) {}
  reply(reply&& other) noexcept
    : promise_(std::move(other.promise_)),
      armed_(std::exchange(other.armed_, false)) {}
  reply& operator=(reply&& other) noexcept {
    if (this != &other) {
      abandon();
      promise_ = std::move(other.promise_);
      armed_ = std::exchange(other.armed_, false);
    }
    return *this;
  }
  ~reply() { abandon(); }

  /// What the message handler returns.
  caf::typed_response_promise<Ts...> promise() const { return promise_; }
  /// False once answered or moved from.
  bool open() const noexcept { return armed_; }

  /// Answers; later calls do nothing.
  template <class... Us>
  void operator()(Us&&... values) {
    if (std::exchange(armed_, false)) promise_.deliver(std::forward<Us>(values)...);
  }
  void fail(problem why) { (*this)(to_error(std::move(why))); }

  /// Answers with the value or with the problem.
  template <class T>
  void settle(result<T> outcome) {
    if (outcome)
      (*this)(std::move(*outcome));
    else
      fail(std::move(outcome.error()));
  }

private:
  void abandon() noexcept {
    if (std::exchange(armed_, false)) promise_.deliver(caf::make_error(ec::abandoned));
  }

  caf::typed_response_promise<Ts...> promise_;
  bool armed_;
};

} // namespace recado::actor
