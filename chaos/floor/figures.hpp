#pragma once
/// What was measured, and the sums.
#include <cstdint>
#include <string>
#include <vector>

namespace recado::floors {

/// One measurement. Everything is counted within `seconds`.
struct figure {
  std::string name;           ///< "http", "jetstream", "commit"
  unsigned batch = 0;         ///< messages per commit; 0: no such thing
  bool cursors = false;       ///< the commits moved the cursors of a stream, too
  std::uint64_t messages = 0; ///< made the whole way
  double seconds = 0;
  double client_cpu_s = 0; ///< of whoever asks
  double server_cpu_s = 0; ///< of whoever answers
  std::uint64_t wal_bytes = 0;
  std::uint64_t commits = 0;

  // What must agree: said by one side, found by the other; over the whole run, with warming up.
  std::uint64_t said = 0;  ///< answered, acked, committed
  std::uint64_t found = 0; ///< pushed, consumed, rows in the table

  double per_second() const;
  double client_us() const; ///< per message
  double server_us() const;
  double us() const { return client_us() + server_us(); }
  double wal_per_message() const;
};

/// What a message costs at least when its commands come this way.
struct sum {
  std::string wire; ///< "stream", "auto"
  double us = 0;
  double per_second = 0; ///< on all the cores
};

/// `us` 0: nothing was measured, so nothing can be said.
double messages_per_second(double us, unsigned cores);

/// Both sums; none if a part of them was not measured.
std::vector<sum> sums_of(const std::vector<figure>& all, unsigned batch, unsigned cores);

} // namespace recado::floors
