#pragma once
/// One measured run: people who write, people who read, and what became of every message.
#include "chaos/load/requests.hpp"
#include "chaos/load/timeline.hpp"
#include "chaos/sockets/caller.hpp"
#include "chaos/sockets/web_socket.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <memory>

namespace recado::load {

using chaos::caller;
using chaos::http_answer;
using chaos::poller;
using chaos::web_socket;

/// Counts and latencies of the measured part. Latencies begin when a message was due, not when it
/// could be sent: a stall is not hidden by the requests that it held back.
struct outcome {
  double measured_s = 0; ///< until the last of what was due had come
  std::uint64_t due = 0;
  std::uint64_t accepted = 0; ///< 201: committed
  std::uint64_t stored = 0;   ///< 202
  std::uint64_t refused = 0;  ///< 429, 503
  std::uint64_t failed = 0;   ///< any other answer, or none
  std::uint64_t given_up = 0; ///< no connection was free within the patience
  std::uint64_t expected = 0; ///< frames of what was accepted or stored
  std::uint64_t delivered = 0;
  std::uint64_t out_of_order = 0; ///< a frame whose seq did not follow the one before it
  std::uint64_t backlog_max = 0;  ///< messages that were due and waited for a free connection
  std::uint64_t sockets_lost = 0;
  std::uint64_t callers_lost = 0;        ///< HTTP connections that the server closed
  std::uint64_t without_retry_after = 0; ///< of those that were refused
  std::map<int, std::uint64_t> codes;    ///< answers; 0: none
  histogram post;
  histogram end_to_end;
  timeline seconds; ///< if it was asked for
};

class run {
public:
  /// What programs cost now; asked once a second.
  using look = std::function<std::map<std::string, cost>()>;

  run(const options& how, const stage& on, look costs = {});
  ~run();
  /// Connects, and waits until every receiver is listening. Throws std::runtime_error.
  void connect();
  void warm_up();
  void measure();
  /// Messages handed to a connection so far, or given up.
  std::uint64_t sent() const noexcept { return sent_; }
  /// Waits for answers and frames that are still on their way, also of what is only due; until
  /// nothing has come for 10 s.
  void settle();
  const outcome& result() const noexcept { return seen_; }

private:
  using clock = std::chrono::steady_clock;

  void drive(clock::time_point until);
  void send_due(clock::time_point now);
  void send_on(caller& line, std::uint64_t first, std::uint64_t count);
  void give_up(clock::time_point now);
  caller& take_line();
  void listen(const std::string& token);
  void on_answer(caller& line, const http_answer* got);
  struct fate {
    std::uint64_t created = 0; ///< 201
    std::uint64_t stored = 0;  ///< 202
  };
  fate fate_of(const caller& line, std::uint64_t asked, const http_answer* got);
  void count(const caller& line, std::uint64_t asked, const fate& became, const http_answer* got);
  void end_seconds(clock::time_point now);
  second* second_of(std::uint64_t number);
  void on_frame(web_socket& who, std::string_view text);
  clock::time_point due_at(std::uint64_t number) const { return due_[number]; }
  bool measured(std::uint64_t number) const { return number >= measured_from_; }
  static std::uint64_t us_since(clock::time_point then, clock::time_point now);

  const options& how_;
  const stage& on_;
  const look costs_;
  const requests requests_;
  unsigned rate_; ///< now
  poller loop_;
  std::vector<std::unique_ptr<caller>> callers_;
  std::vector<std::unique_ptr<web_socket>> receivers_;
  std::deque<caller*> free_;
  std::vector<clock::time_point> due_; ///< by message number
  std::uint64_t sent_ = 0;             ///< messages handed to a connection
  std::uint64_t settled_ = 0;          ///< answered, or lost with their connection
  std::uint64_t expected_frames_ = 0;
  std::uint64_t frames_ = 0;
  clock::time_point next_arrival_{};
  std::uint64_t measured_from_ = ~std::uint64_t{0};
  clock::time_point measured_since_{};
  std::size_t seconds_ended_ = 0;
  outcome seen_;
};

} // namespace recado::load
