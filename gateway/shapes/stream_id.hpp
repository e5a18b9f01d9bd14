#pragma once
/// The id of a server-sent event: where its reader stands. Opaque to callers, good on every node.
#include "schemas/problem.hpp"
#include "schemas/uuid.hpp"

#include <map>
#include <optional>

namespace recado::shapes {

/// Up to which seq a reader has everything that is due to it, for each of its conversations.
using positions = std::map<conversation_id, std::int64_t>;

struct stream_id {
  std::optional<uuid> base; ///< positions that are kept under this id; `at` goes over them
  positions at;
};

std::string write_stream_id(const stream_id& what);
/// ec::invalid_cursor for what is none.
result<stream_id> read_stream_id(std::string_view text);

/// Positions as they are kept.
std::string write_positions(const positions& what);
std::optional<positions> read_positions(std::string_view text);

/// Where positions are kept: under an idempotency key of their own, for its 24 h.
inline constexpr std::string_view stream_route = "GET /v1/stream";

} // namespace recado::shapes
