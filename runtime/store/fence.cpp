#include "runtime/store/fence.hpp"

#include <cassert>
#include <charconv>

namespace recado::store {
namespace {

params epochs_of(std::span<const held_epoch> held) {
  int2_array ids;
  int8_array epochs;
  for (const auto& [id, at] : held) {
    ids.push(static_cast<std::int16_t>(id));
    epochs.push(at);
  }
  params values;
  values.add_array(ids).add_array(epochs);
  return values;
}

} // namespace

/// What recado_fence() begins with, without the price of calling a function in PL/pgSQL: an owner
/// that holds everything, and it nearly always does, is let through by this query alone. In every
/// other case the function says what is wrong.
constexpr std::string_view fence_sql =
  "select public.recado_fence($1::int2[], $2::int8[]) from ("
  "select count(distinct locked.id) n from ("
  "select p.id from public.partition p "
  "join (select unnest($1::int2[]) id, unnest($2::int8[]) epoch) f "
  "on f.id = p.id and f.epoch = p.epoch order by p.id for no key update of p) locked) held "
  "where (held.n > 0 and held.n = cardinality($1::int2[]) and held.n = cardinality($2::int8[])) "
  "is not true";

statement fence(std::span<const held_epoch> held) {
  assert(!held.empty());
  return {"recado_fence", fence_sql, epochs_of(held), expect::none};
}

std::vector<partition_id> parse_lost(const store_error& error) {
  std::vector<partition_id> lost;
  if (error.kind != error_kind::fenced) return lost;
  const char* at = error.detail.data();
  const char* end = at + error.detail.size();
  while (at < end) {
    partition_id id{};
    auto [next, bad] = std::from_chars(at, end, id);
    if (bad == std::errc{}) lost.push_back(id);
    at = next + 1; // the comma
  }
  return lost;
}

statement claim(std::span<const held_epoch> seen, std::string_view node, std::int64_t incarnation) {
  auto values = epochs_of(seen);
  values.add_text(node).add_int8(incarnation);
  return {"recado_claim", "SELECT id, epoch FROM recado_claim($1, $2, $3, $4)", std::move(values)};
}

statement adopt(std::span<const held_epoch> seen, std::string_view node, std::int64_t incarnation,
                int deaths_max) {
  auto values = epochs_of(seen);
  values.add_text(node).add_int8(incarnation).add_int4(deaths_max);
  return {"recado_adopt", "SELECT id, epoch FROM recado_adopt($1, $2, $3, $4, $5)",
          std::move(values)};
}

} // namespace recado::store
