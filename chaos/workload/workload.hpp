#pragma once
/// What good clients do, under faults: they send, retry with the same message_id, go to another
/// node, read everything over WebSocket and resume where they were; and write all of it down.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace recado::chaos {

struct workload_options {
  std::vector<std::string> urls{}; ///< of the nodes: "http://127.0.0.1:8080"
  std::string client_id{}, client_secret{};
  unsigned conversations = 100;
  unsigned rate = 500;                ///< messages per second, all writers together
  unsigned receivers = 20;            ///< WebSockets that read; each conversation has at least one
  std::filesystem::path out_folder{}; ///< records go to OUT/clients/*.jsonl
  std::uint64_t seed = 1;
  /// t = 0 of all records; faults.jsonl must count from the same instant.
  std::chrono::steady_clock::time_point origin = std::chrono::steady_clock::now();
};

/// What has happened so far; for a line on the terminal.
struct workload_counts {
  std::uint64_t sent = 0;      ///< messages, not tries
  std::uint64_t accepted = 0;  ///< of them with a 2xx
  std::uint64_t open = 0;      ///< of them without one so far
  std::uint64_t received = 0;  ///< message frames, all readers
  std::uint64_t listening = 0; ///< readers that are connected
};

/// One thread of its own, from start() to the end. Called from one other thread.
class workload {
public:
  using milliseconds = std::chrono::milliseconds;

  explicit workload(workload_options how);
  ~workload();
  workload(const workload&) = delete;
  workload& operator=(const workload&) = delete;

  /// Makes the conversations and people (the system must be up), waits until every reader listens,
  /// and begins to send. Throws std::runtime_error.
  void start();
  /// Nothing new from now on; what is open is tried on.
  void stop_sending();
  /// After stop_sending: until everything sent has its 2xx and its seq, and all readers have all of
  /// it. False when that took longer; the records then tell what is missing.
  bool drain(milliseconds timeout);

  workload_counts counts() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace recado::chaos
