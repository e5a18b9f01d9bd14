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

statement fence(std::span<const held_epoch> held) {
  assert(!held.empty());
  return {"recado_fence", "SELECT recado_fence($1, $2)", epochs_of(held), expect::none};
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
