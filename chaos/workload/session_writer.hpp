#pragma once
/// A person who writes over WebSocket without waiting for answers. When something goes wrong it
/// hears the other answers, opens a new connection and sends what was not taken again, in the same
/// order.
#include "chaos/workload/link_agent.hpp"

namespace recado::chaos {

class session_writer final : public link_agent {
public:
  session_writer(scene& in, const audience& who);
  void tick(micros now) override;
  /// A message for one of its rooms; false: too many are unanswered.
  bool write();

private:
  struct unanswered {
    std::uint64_t number = 0; ///< the frame's id; 0: refused, to be sent again
    letter_ptr what;
    micros sent_at = 0;
  };

  void on_link() override;
  void on_text(std::string_view text) override;
  void on_link_lost(std::string_view why) override;
  bool may_move() const override { return open_.empty(); }
  void send_one(unanswered& one);
  void on_ack(std::string_view text, std::uint64_t number);
  void on_refusal(std::string_view text, std::uint64_t number);

  const audience& who_;
  std::deque<unanswered> open_; ///< in the order of their sending
  std::uint64_t last_number_ = 0;
  bool refused_ = false; ///< something on this connection: nothing more is sent on it
  unsigned late_ = 0;    ///< connections in a row that brought no answer in time
};

} // namespace recado::chaos
