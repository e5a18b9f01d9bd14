#include "cluster/ownership/placement.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace recado::cluster {
namespace {

/// FNV-1a and the finalizer of MurmurHash3: any well-mixed function will do, as long as every
/// version of the program uses the same one.
std::uint64_t weight(const std::string& node, partition_id part) {
  std::uint64_t hash = 14695981039346656037ull;
  auto mix = [&](unsigned char byte) { hash = (hash ^ byte) * 1099511628211ull; };
  for (char c : node)
    mix(static_cast<unsigned char>(c));
  mix(static_cast<unsigned char>(part >> 8));
  mix(static_cast<unsigned char>(part & 0xff));
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdull;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53ull;
  return hash ^ hash >> 33;
}

struct seat {
  std::string node;
  std::vector<partition_id> held;
  std::size_t quota = 0;
};

/// Those that have most may have one more than the others: so fewest move.
std::vector<seat> seats(const std::set<std::string>& nodes,
                        const std::map<partition_id, std::string>& owners) {
  std::map<std::string, std::vector<partition_id>> held;
  for (const auto& node : nodes)
    held[node];
  for (const auto& [part, owner] : owners)
    if (nodes.contains(owner)) held[owner].push_back(part);
  std::vector<seat> out;
  out.reserve(held.size());
  for (auto& [node, parts] : held)
    out.push_back({node, std::move(parts), owners.size() / nodes.size()});
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.held.size() > b.held.size(); });
  for (std::size_t i = 0; i < owners.size() % nodes.size(); ++i)
    ++out[i].quota;
  return out;
}

} // namespace

std::map<partition_id, std::string> place(const std::set<std::string>& nodes,
                                          const std::map<partition_id, std::string>& owners) {
  std::map<partition_id, std::string> out;
  if (nodes.empty()) return out;
  auto all = seats(nodes, owners);
  for (auto& one : all) {
    std::sort(one.held.begin(), one.held.end(),
              [&](auto a, auto b) { return weight(one.node, a) > weight(one.node, b); });
    one.held.resize(std::min(one.held.size(), one.quota));
    for (auto part : one.held)
      out[part] = one.node;
    one.quota -= one.held.size();
  }
  for (const auto& [part, _] : owners) {
    if (out.contains(part)) continue;
    seat* best = nullptr;
    for (auto& one : all)
      if (one.quota > 0 && (!best || weight(one.node, part) > weight(best->node, part)))
        best = &one;
    out[part] = best->node; // the quotas add up to the number of partitions
    --best->quota;
  }
  return out;
}

} // namespace recado::cluster
