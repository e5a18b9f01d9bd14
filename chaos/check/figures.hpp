#pragma once
/// How long things took: around each fault, and all together.
#include "chaos/check/database.hpp"
#include "chaos/check/history.hpp"

namespace recado::chaos {

/// Of a set of durations, in microseconds.
struct spread {
  std::size_t count = 0;
  micros min = 0, median = 0, p95 = 0, p99 = 0, max = 0;
};
spread spread_of(std::vector<micros> all);

/// A fault from its beginning to its end, and what it did to the callers.
struct fault_figures {
  std::string fault{}, target{}, detail{};
  micros begin = 0;
  micros end = 0;        ///< = begin, when no end was noted
  spread gaps{};         ///< per conversation: the longest wait from a first try to a 2xx
  spread owned{};        ///< the same, of conversations that the target owned when it began
  std::size_t never = 0; ///< conversations with a message that got no 2xx at all
  spread
    handoffs{}; ///< per conversation whose owner changed meanwhile: the wait of its first message
};

struct figures {
  micros began = 0, ended = 0; ///< of sending
  std::size_t sent = 0, tries = 0, accepted = 0, stored = 0, replayed = 0, unknown = 0;
  std::size_t heard = 0;
  spread post_inside{};  ///< from the first try to the 2xx, of POSTs that began during a fault
  spread post_outside{}; ///< and of all others
  spread handoffs{};     ///< of all conversations and owners
  std::vector<fault_figures> faults{};
  std::vector<unsigned> accepted_per_100ms{}; ///< from `began` on
  std::vector<micros> p95_per_second{};       ///< of all messages that were accepted in it; 0: none
};

/// `held` adds who owned what.
figures figures_of(const history& seen, const database* held);

} // namespace recado::chaos
