#pragma once
/// A node as a child of `up`.
#include "node/embedded/data_folder.hpp"
#include "node/embedded/family.hpp"

#include <string>

namespace recado::embedded {

struct node_place {
  std::string id; ///< "n1"
  std::filesystem::path folder;
  std::filesystem::path log;
  std::uint16_t port = 0;
  std::string wire = "auto"; ///< auto or stream
  unsigned writers = 2;      ///< writers_of()
  std::string store_url;
  std::string nats_url;

  std::filesystem::path config_file() const { return folder / "node.toml"; }
  std::filesystem::path key_file() const { return folder.parent_path() / "channels.key"; }
  std::string url() const;
};

/// How many connections of each node commit. A second one pays where a core would be idle; where
/// several nodes or only two cores share the work, larger commits do (decision 0028).
unsigned writers_of(unsigned nodes, unsigned cores);

/// The text of its configuration file.
std::string node_settings(const node_place& place);

member node_member(const node_place& place, on_death policy);

/// GET /readyz answers 200.
bool node_is_ready(const node_place& place);

} // namespace recado::embedded
