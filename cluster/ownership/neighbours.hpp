#pragma once
/// Which nodes have fallen quiet, told by their beacons. Pure. Quiet is only a suspicion: whoever
/// is named here is asked, and only if nobody answers that counts as one sign of two (silence.hpp).
#include "cluster/ownership/ownership_types.hpp"
#include "schemas/time.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace recado::cluster {

struct neighbours_config {
  std::chrono::milliseconds quiet{300};        ///< beacons come every 200 ms
  std::chrono::milliseconds ask_again{100};    ///< while it is quiet
  std::chrono::milliseconds forget{10'000};    ///< then it has left, or somebody else has noticed
  std::chrono::milliseconds link_grace{5'000}; ///< after our own link was lost nobody is suspected
};

class neighbours {
public:
  explicit neighbours(neighbours_config config = {}) : config_(config) {}

  void link(bool up, steady_time now);
  /// True: it had been told as gone, and what was dropped then is missing.
  bool heard(const node_key& who, steady_time now);
  /// Another node was heard a moment ago.
  bool any(steady_time now) const;
  /// Those that are to be asked now whether they live.
  std::vector<node_key> quiet(steady_time now);
  /// Those that were not heard for so long, while our link was up, that they are gone; each is told
  /// once.
  std::vector<node_key> gone(steady_time now);

private:
  struct acquaintance {
    steady_time heard{};
    steady_time asked{};
  };
  neighbours_config config_;
  std::map<node_key, acquaintance> known_;
  std::map<node_key, steady_time> listed_; ///< not gone yet: heard last, or linked since
  std::set<node_key> gone_;                ///< at most one life of each node
  std::optional<steady_time> linked_since_;
  bool lost_before_ = false;
};

} // namespace recado::cluster
