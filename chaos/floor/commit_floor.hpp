#pragma once
/// Fenced group commits of plain messages: PostgreSQL alone, told what the writers tell it.
#include "chaos/floor/figures.hpp"
#include "chaos/floor/options.hpp"
#include "chaos/floor/servers.hpp"

#include <memory>

namespace recado::floors {

class commit_floor {
public:
  /// Owns every partition and makes the conversations. Throws std::runtime_error, as measure().
  commit_floor(const options& how, const servers& at);
  ~commit_floor();

  /// Commits of `batch` messages each on every writer's connection. With `cursors`, those of the
  /// stream move as the partitions would have it.
  figure measure(unsigned batch, bool cursors);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace recado::floors
