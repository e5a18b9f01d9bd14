#pragma once
/// `recado up`: everything on one machine, ready to use.
#include "node/embedded/attempt.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace recado::embedded {

struct up_options {
  unsigned nodes = 1;
  std::filesystem::path data = "data";
  std::optional<std::uint16_t> port; ///< 0: any free one; unset: 8080 or the next free one
  std::filesystem::path info;        ///< empty: only DATA/info.json
  bool restart = false;              ///< start a node that died again
  std::string wire = "auto";
  bool json = false; ///< print the info as one line of JSON instead of the banner
};

/// Runs until SIGINT or SIGTERM (0) or until the last node has died (1).
int up(const up_options& options);

} // namespace recado::embedded
