#pragma once
/// Patient clients: many connections that POST at once and try again until they are answered.
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace recado::e2e {

struct load_options {
  std::string url;
  std::vector<std::string> other_urls{}; ///< a client that is sent away or gets no answer moves on
  std::string token;
  std::string target = "/v1/messages";
  std::size_t total = 0;       ///< jobs
  unsigned connections = 1000; ///< each has one request in flight
  std::chrono::milliseconds answer_limit{15'000};
  std::chrono::milliseconds retry_max{250}; ///< wait before a retry: random, up to this
  std::chrono::milliseconds pause_max{0};   ///< between the jobs of a connection: likewise
  std::chrono::milliseconds time_limit{std::chrono::minutes{5}};
};

struct load_answer {
  std::size_t job = 0;
  int status = 0; ///< 0: no answer (reset, too late); never_sent: no connection
  std::string body;
  bool replayed = false; ///< Idempotency-Replayed: true
};

inline constexpr int never_sent = -1;

struct load_hooks {
  std::function<std::string(std::size_t job)> body;
  std::function<void(std::size_t job)> before_send;
  /// True: this job is done; false: the same request again later.
  std::function<bool(const load_answer&)> on_answer;
  /// False: no further job is begun.
  std::function<bool()> go_on{};
};

/// Runs all jobs; they are taken in order. Everything is called on this thread. Returns how many
/// jobs were done when the time limit came.
std::size_t run_load(const load_options& options, const load_hooks& hooks);

} // namespace recado::e2e
