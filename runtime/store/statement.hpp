#pragma once
/// A statement as a value: who decides what to say builds it, who owns a connection executes it.
#include "runtime/store/error.hpp"
#include "runtime/store/value.hpp"

#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace recado::store {

enum class expect : std::uint8_t {
  rows, ///< the rows are kept
  none, ///< only the number of rows touched is kept
};

struct statement {
  /// Stable name of the prepared statement, one per SQL text; static storage. Each connection
  /// prepares it with its first use, in the same round trip. Empty: not prepared.
  std::string_view name;
  std::string_view sql; ///< one command; storage that outlives the run
  params values;
  expect expected = expect::rows;
};

/// One element per statement, or the first error.
using outcome = tl::expected<std::vector<rows>, store_error>;

} // namespace recado::store
