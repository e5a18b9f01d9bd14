#pragma once
/// The part of the pre-read that external deliveries need. Batches without any ask nothing here.
#include "actors/conversation/facts.hpp"
#include "runtime/store/statement.hpp"

#include <set>
#include <span>
#include <tuple>

namespace recado::journal {

class delivery_facts {
public:
  explicit delivery_facts(std::span<const undecided_ptr> items);

  /// None, or those that read() wants the rows of.
  std::vector<store::statement> statements() const;
  std::size_t count() const noexcept;
  void read(std::span<const store::rows> found, facts& into) const;

private:
  using message_key = std::pair<client_id, message_id>;
  void add(const command& what);
  store::statement identities() const;
  store::statement accounts() const;
  store::statement deliveries() const;

  std::set<client_id> clients_; ///< of messages that go out
  std::set<std::pair<client_id, conversation_id>> conversations_;
  std::set<std::pair<client_id, user_id>> users_; ///< that may be no members yet
  std::set<message_key> messages_;                ///< with all of their deliveries
  std::set<std::tuple<client_id, message_id, delivery_id>> deliveries_;
};

} // namespace recado::journal
