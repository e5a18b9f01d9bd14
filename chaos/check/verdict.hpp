#pragma once
/// All rules and all figures of one run.
#include "chaos/check/figures.hpp"
#include "chaos/check/findings.hpp"

#include <nlohmann/json_fwd.hpp>

namespace recado::chaos {

struct verdict {
  findings found;
  figures took;
  bool drained = false;
  bool with_database = false;
  bool ok() const { return found.total() == 0; }
};

/// Without `held` only what clients saw is compared.
verdict judge(const history& seen, const database* held);

/// What verdict.json holds.
nlohmann::json to_json(const verdict& what, const history& seen);

} // namespace recado::chaos
