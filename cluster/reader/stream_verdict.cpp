#include "cluster/reader/stream_verdict.hpp"

#include <algorithm>

namespace recado::cluster {
namespace {

stream_generation youngest(const std::vector<probe>& probes) {
  stream_generation value = 0;
  for (const auto& probe : probes)
    value = std::max(value, probe.at.generation);
  return value;
}

bool same_message(const position& at, const probe::message& found) {
  if (at.published_ns != 0) return at.published_ns == found.published_ns;
  return at.command.nil() || at.command == found.command;
}

verdict judge_place(const stream_facts& facts, const probe& place) {
  if (place.at.seq > facts.last_seq) return verdict::cut;
  if (place.found) return same_message(place.at, *place.found) ? verdict::same : verdict::rewritten;
  return place.at.seq < facts.first_seq ? verdict::same : verdict::hole; // old ones are discarded
}

} // namespace

std::string_view to_string(verdict value) noexcept {
  switch (value) {
  case verdict::same:
    return "same";
  case verdict::unregistered:
    return "unregistered";
  case verdict::row_rewound:
    return "row_rewound";
  case verdict::missing:
    return "missing";
  case verdict::recreated:
    return "recreated";
  case verdict::cut:
    return "cut";
  case verdict::hole:
    return "hole";
  case verdict::rewritten:
    return "rewritten";
  }
  return "unknown";
}

verdict judge(const registered_stream& row, const std::optional<stream_facts>& facts,
              const std::vector<probe>& probes) {
  if (youngest(probes) > row.generation) return verdict::row_rewound;
  if (row.generation == 0) return verdict::unregistered;
  if (!facts) return verdict::missing;
  if (facts->created != row.created) return verdict::recreated;
  for (const auto& probe : probes) {
    if (probe.at.generation != row.generation || probe.at.seq == 0) continue;
    if (auto found = judge_place(*facts, probe); found != verdict::same) return found;
  }
  return verdict::same;
}

stream_generation next_generation(const registered_stream& row, const std::vector<probe>& probes) {
  return std::max(row.generation, youngest(probes)) + 1;
}

} // namespace recado::cluster
