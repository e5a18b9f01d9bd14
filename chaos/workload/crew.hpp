#pragma once
/// All agents of a run, and who gets the next message to write.
#include "chaos/workload/helpers.hpp"
#include "chaos/workload/readers.hpp"
#include "chaos/workload/session_writer.hpp"
#include "chaos/workload/writers.hpp"

namespace recado::chaos {

class crew {
public:
  explicit crew(scene& in);

  /// Every reader has its connection.
  bool listening() const;
  /// Lets those messages begin that are due. One for which nobody is free is not made up later: a
  /// closed loop does not pile up.
  void send_due(micros now);
  void tick(micros now);
  /// Nothing is under way, and every reader has everything.
  bool complete() const;

private:
  void send_one();
  bool post_one();
  bool session_one();
  bool bulk_one();

  scene& in_;
  fetcher history_;
  token_keeper tokens_;
  looker looker_;
  std::vector<std::unique_ptr<post_writer>> posts_;
  std::vector<std::unique_ptr<session_writer>> sessions_;
  std::vector<std::unique_ptr<bulk_writer>> bulks_;
  std::vector<std::unique_ptr<repeater>> repeaters_;
  std::vector<std::unique_ptr<socket_reader>> readers_;
  std::vector<std::unique_ptr<stream_reader>> streams_;
  std::size_t next_post_ = 0;
  std::size_t next_session_ = 0;
  micros next_at_ = -1; ///< the next arrival
};

} // namespace recado::chaos
