#pragma once
/// One writer of the commit floor: its connection, its conversations, one batch after the other.
#include "actors/conversation/decide.hpp"
#include "actors/journal/commit.hpp"
#include "runtime/store/connection.hpp"

#include <map>

namespace recado::floors {

store::connection_config config_of(const std::string& url, const std::string& name);

class floor_writer {
public:
  floor_writer(const std::string& url, std::vector<store::held_epoch> held);

  /// Commits a conversation of two. Its partition must be one of those held.
  void add(const client_id& client, partition_id part, unsigned number);

  /// One batch, decided and committed; the next conversations in turn. Throws std::runtime_error.
  void commit(unsigned batch, unsigned text_bytes, bool cursors);

  /// Of the statements and their sending alone, without making and deciding the commands.
  double cpu_s() const noexcept { return cpu_s_; }

private:
  struct room {
    conversation_state state;
    partition_id part = 0;
    user_id author;
  };

  undecided_ptr next_text(const room& of, unsigned text_bytes, wall_time now);
  std::vector<journal::cursor_row> due_cursors(wall_time now);
  void run(const std::vector<effects>& decided, std::vector<journal::cursor_row> cursors,
           wall_time now);

  store::connection db_;
  std::map<partition_id, epoch> held_;
  std::vector<room> rooms_;
  std::size_t turn_ = 0;
  std::int64_t stream_seq_ = 0;
  std::map<partition_id, cluster::stream_cursor> moved_; ///< since they were written
  std::map<partition_id, wall_time> written_at_;
  double cpu_s_ = 0;
};

} // namespace recado::floors
