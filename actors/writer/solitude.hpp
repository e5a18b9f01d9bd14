#pragma once
/// One suspected command at a time in a whole process: whoever dies with it knows whom to blame,
/// and no innocent one that another writer had just begun is blamed with it.
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace recado {

class solitude {
public:
  /// Called, on any thread, when it is the visitor's turn. A visitor that ends has left.
  using visitor = std::function<void()>;

  /// True: the place is the visitor's until it leaves. False: it is called later.
  bool enter(const std::shared_ptr<visitor>& who);
  /// The one that has waited longest is next. Nothing happens if `who` is not inside.
  void leave(const std::shared_ptr<visitor>& who);

private:
  std::shared_ptr<visitor> next();

  std::mutex mutex_;
  std::weak_ptr<visitor> inside_;
  std::deque<std::weak_ptr<visitor>> waiting_; ///< each once
};

} // namespace recado
