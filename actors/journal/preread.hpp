#pragma once
/// The pre-read of a batch: one read-only round trip that finds the facts its commands need.
#include "actors/conversation/decide.hpp"
#include "runtime/store/statement.hpp"

#include <span>

namespace recado::journal {

struct preread_request {
  std::span<const undecided_ptr> items;
  std::vector<conversation_key> cold; ///< conversations that are not resident
  std::vector<partition_id> inboxes;  ///< partitions whose inbox is looked into
  std::size_t inbox_rows_max = 500;
};

/// A row of the inbox, still undecided.
struct inbox_row {
  partition_id part = 0;
  std::int64_t id = 0;
  wall_time received_at{};
  std::string envelope;
};

struct preread_result {
  facts known;                  ///< without `now`
  std::vector<inbox_row> inbox; ///< ascending (part, id)
  bool inbox_complete = true;   ///< false: there are more rows than inbox_rows_max
};

/// The statements, in the order that parse() expects their rows in.
std::vector<store::statement> preread(const preread_request& request);
/// Do the statements want one snapshot? They do as soon as they read what owners write.
bool wants_snapshot(const preread_request& request);
preread_result parse(const preread_request& request, const std::vector<store::rows>& found);

/// The inbox alone, for owners that are idle.
store::statement inbox_peek(const std::vector<partition_id>& parts, std::size_t rows_max);
std::vector<inbox_row> parse_inbox(const store::rows& found);

} // namespace recado::journal
