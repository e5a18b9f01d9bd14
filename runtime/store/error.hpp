#pragma once
/// What can go wrong between us and PostgreSQL, by what the caller may do about it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace recado::store {

enum class error_kind : std::uint8_t {
  none,
  fenced,           ///< SQLSTATE RF001: some of the ids are no longer ours; nothing was committed
  unique_violation, ///< 23505; nothing was committed
  poison,           ///< class 22, class 23 except 23505: the same rows will fail again
  transient,        ///< every other class; nothing was committed; the same may succeed later
  unknown_outcome,  ///< the connection was lost with a commit on its way: done or not done
  connection,       ///< no connection, or lost where nothing could have been committed
  timeout,          ///< the deadline passed where nothing could have been committed
  overloaded,       ///< the queue was full; nothing was sent
  stopped,          ///< the worker was shut down before it came to this job; nothing was sent
};
inline constexpr std::size_t error_kinds = 10;
std::string_view to_string(error_kind kind) noexcept;

/// SQLSTATE of recado_fence(), see fence.hpp.
inline constexpr std::string_view fenced_sqlstate = "RF001";

/// The kind of a definite answer of the server. Classes 00, 01 and 02 are no errors; what is no
/// SQLSTATE is transient.
error_kind classify(std::string_view sqlstate) noexcept;

struct store_error {
  static constexpr std::size_t no_statement = static_cast<std::size_t>(-1);

  error_kind kind = error_kind::none;
  std::string sqlstate;   ///< empty if the server did not answer
  std::string message;    ///< primary message; holds no secret
  std::string detail;     ///< DETAIL of the server; may name values of a key
  std::string constraint; ///< the violated constraint or unique index
  /// The caller's statement that failed; the number of statements for the COMMIT itself.
  std::size_t statement_index = no_statement;
};

/// "23505 duplicate key value …", for logs.
std::string describe(const store_error& error);

} // namespace recado::store
