#pragma once
/// INTERNAL to decide(): committed state overlaid with what this batch has decided so far.
#include "actors/conversation/decide.hpp"

namespace recado {

class draft {
public:
  draft(const conversation_state& state, effects& out);

  const conversation_state& head() const noexcept { return out_.head; }
  const member_state* member(const user_id& user) const;
  const member_state* active(const user_id& user) const;
  std::size_t active_members() const noexcept { return active_count_; }

  /// A change of the conversation: raises rev once per batch.
  void touch();
  void create(const conversation_key& key, const create_conversation& from, wall_time now);
  void put_member(const user_id& user, member_state state);
  /// Extends the receipt row of (user, kind) in this batch, or begins one.
  void put_receipt(const receipt_row& row);
  /// The next seq and a created_at that never goes back.
  std::int64_t next_message(wall_time now, wall_time& created_at);
  void add_usage(wall_time at, std::string_view channel, status state, std::int64_t count = 1);
  /// The delivery as this batch has left it; null: it has not touched it.
  const delivery_state* delivery(const delivery_id& id) const;
  void put_delivery(delivery_state state, bool fresh);

  template <class F>
  void each_member(F&& f) const {
    for (const auto& [user, state] : base_.members) {
      auto changed = changed_.find(user);
      f(user, changed == changed_.end() ? state : out_.members[changed->second].state);
    }
    for (const auto& row : out_.members)
      if (!base_.members.contains(row.user)) f(row.user, row.state);
  }

private:
  const conversation_state& base_;
  effects& out_;
  std::map<user_id, std::size_t> changed_;                  ///< index into out_.members
  std::unordered_map<delivery_id, std::size_t> deliveries_; ///< index into out_.deliveries
  std::size_t active_count_ = 0;
};

} // namespace recado
