#pragma once
/// What programs cost: processor time and memory, from /proc.
#include <cstdint>
#include <vector>

namespace recado::load {

struct cost {
  double cpu_s = 0;
  std::uint64_t rss_bytes = 0; ///< of a family: the sum of private memory, what is shared once
};

/// Of one process with all its threads.
cost cost_of(int pid);
/// Of a process and its children (PostgreSQL), those that have ended included.
cost cost_of_family(int pid);
/// So far, by the calling thread; seconds.
double thread_cpu_s();
/// So far, by all threads of this process; seconds.
double process_cpu_s();

} // namespace recado::load
