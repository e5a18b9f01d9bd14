#pragma once
/// What recado-floor is asked to measure.
#include <string>
#include <vector>

namespace recado::floors {

struct options {
  unsigned seconds = 10;        ///< of each measurement
  unsigned callers = 256;       ///< with one request, or one publish, under way each
  unsigned conversations = 500; ///< evenly over the partitions
  unsigned text_bytes = 300;
  unsigned writers = 2; ///< connections that commit, as store.writers
  unsigned cores = 2;   ///< that all programs share; never more than there are
  std::vector<unsigned> batches{1, 4, 27, 200}; ///< messages per commit
  unsigned batch_of_sum = 27; ///< of the commit that goes into the sums: what the writers make
                              ///< under full load, see docs/benchmarks.md
  std::string json;           ///< also write the report here; empty: only print it
};

enum class what { http, jetstream, commit, all };

/// Not measured: caches, connections and the first file of a log come to be.
constexpr unsigned warm_up_s(const options& how) {
  return how.seconds >= 5 ? 2 : 0;
}

} // namespace recado::floors
