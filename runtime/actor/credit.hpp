#pragma once
/// Bounded mailboxes: CAF's are not, so whoever sends takes a credit first, and the message carries
/// the token that gives it back.
#include <atomic>
#include <caf/allowed_unsafe_message_type.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace recado::actor {

class credit_token;

/// The room in front of one receiver (or of several that share it). Thread-safe.
class credit : public std::enable_shared_from_this<credit> {
public:
  /// Called once after a refused try_take, as soon as what was asked for is free again and half of
  /// the credit is; from whichever thread destroyed the message. It must only send a message. It
  /// may come once too often, never too seldom.
  using wake_up = std::function<void()>;

  static std::shared_ptr<credit> make(std::size_t capacity, wake_up on_return = {});

  /// Never blocks. nullopt: shed the message, or stop reading until on_return. An amount above the
  /// capacity passes alone, when nothing else is out.
  std::optional<credit_token> try_take(std::size_t amount = 1);

  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }

  /// Drops on_return; once this returns it does not run any more. Call it before what it refers
  /// to (a handle, the actor system) goes away.
  void silence();

  credit(std::size_t capacity, wake_up on_return);

private:
  friend class credit_token;
  bool take(std::size_t amount) noexcept;
  void give(std::size_t amount) noexcept;
  bool enough_for(std::size_t wanted) const noexcept;

  const std::size_t capacity_;
  std::atomic<std::size_t> taken_{0};
  std::atomic<std::size_t> wanted_{0}; ///< the amount last refused; 0: nobody waits
  std::mutex mutex_;                   ///< of on_return_
  wake_up on_return_;
};

using credit_ptr = std::shared_ptr<credit>;

/// Travels inside the message; the credit comes back when its last copy is destroyed: handled,
/// dropped, or left in the mailbox of an actor that died.
class credit_token {
public:
  credit_token() = default;

private:
  friend class credit;
  struct lease {
    lease(credit_ptr from, std::size_t taken) : owner(std::move(from)), amount(taken) {}
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    ~lease() { owner->give(amount); }
    credit_ptr owner;
    std::size_t amount;
  };
  explicit credit_token(std::shared_ptr<const lease> held) : held_(std::move(held)) {}

  std::shared_ptr<const lease> held_;
};

} // namespace recado::actor

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::actor::credit_token)
