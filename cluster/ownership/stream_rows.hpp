#pragma once
/// Table stream: the generation of each command stream, moved by compare-and-set.
#include "runtime/store/connection.hpp"

#include <optional>
#include <string>

namespace recado::cluster {

struct stream_row {
  std::int32_t generation = 0;
  std::string created; ///< as the server reported it; empty: not known yet
  bool operator==(const stream_row&) const = default;
};

/// nullopt: there is no such row yet.
tl::expected<std::optional<stream_row>, store::store_error> load_stream(store::connection& db,
                                                                        const std::string& base);
/// False: the row is not (any more) what was seen; load it again. `seen` nullopt: insert it.
tl::expected<bool, store::store_error> compare_and_set_stream(store::connection& db,
                                                              const std::string& base,
                                                              const std::optional<stream_row>& seen,
                                                              const stream_row& next);

} // namespace recado::cluster
