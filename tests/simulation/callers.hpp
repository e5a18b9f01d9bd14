#pragma once
/// People and programs that use the nodes: they send, wait for answers, and repeat what was not
/// answered with the same message_id, wherever a node lives.
#include "tests/simulation/process.hpp"

#include <set>

namespace recado::simulation {

class callers {
public:
  struct world {
    std::function<process*(life)> find;
    std::function<process*()> any; ///< one that lives; null: none
  };
  callers(site& at, world around);

  void start();
  /// No new messages from now on; what was begun goes on until it is answered.
  void finish() { finishing_ = true; }
  void process_died(life who);
  bool all_over() const { return at_.checks.all_over() && busy_ == 0; }
  /// Who waits for what.
  std::string state() const;
  std::size_t answered = 0, stored = 0, refused = 0, repeats = 0, receipts = 0;

private:
  /// A program at the REST API: one request after the other.
  struct program {
    std::optional<message_id> wants; ///< not answered yet
    std::uint64_t turn = 0;
    life at = 0;
  };
  /// A WebSocket: several messages under way, on one node, while that lives.
  struct session {
    uuid id;
    life at = 0;
    conversation_id where;
    lane priority = lane::standard;
    struct item {
      message_id message;
      bool first_try = true;
      std::optional<bool> ok;          ///< of its answer in this session
      std::size_t answered_before = 0; ///< how many submissions when the answer came
    };
    std::vector<item> items;
    std::deque<message_id> again; ///< to be sent in the next session, or this one
    std::size_t open = 0;
  };

  message_id new_message(const conversation_id& where, lane priority, bool may_be_poison);
  command command_for(const message_id& id);
  bool settle(const message_id& id, const reply& said);

  void turn(std::size_t which);
  void send(std::size_t which);
  void give_up(std::size_t which, std::uint64_t turn_then);
  void read_something(std::size_t which);

  void open_session(std::size_t which);
  void speak(std::size_t which);
  void say(std::size_t which, const message_id& id, bool first_try);
  void heard(std::size_t which, const uuid& in, std::size_t index, const reply& said);
  void close(session& one);

  uuid make_id(std::uint64_t kind);

  site& at_;
  world world_;
  std::vector<conversation_id> conversations_;
  std::vector<program> programs_;
  std::vector<session> sessions_;
  std::set<message_id> named_; ///< in a command, at least once
  std::uint64_t next_id_ = 1;
  std::size_t busy_ = 0;
  bool finishing_ = false;
};

} // namespace recado::simulation
