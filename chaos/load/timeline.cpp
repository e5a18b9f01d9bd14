#include "chaos/load/timeline.hpp"

#include <algorithm>

namespace recado::load {

second sum_of(const timeline& all, std::size_t from, std::size_t to) {
  second out;
  for (auto i = from; i < std::min(to, all.size()); ++i) {
    out.due += all[i].due;
    out.accepted += all[i].accepted;
    out.refused += all[i].refused;
    out.given_up += all[i].given_up;
    out.post.merge(all[i].post);
    out.costs = all[i].costs;
  }
  return out;
}

recovery recovery_of(const timeline& all, const std::vector<phase>& phases) {
  recovery out;
  if (phases.empty()) return out;
  out.normal_p95_us = sum_of(all, 0, phases.front().seconds).post.percentile(0.95);
  std::size_t end = 0;
  for (std::size_t i = 0; i <= busiest(phases); ++i)
    end += phases[i].seconds;
  // A second in which most were refused is not a normal one, however fast the others were.
  auto normal = [&](const second& one) {
    return one.accepted > 0 && one.accepted * 20 >= one.due * 19 &&
           one.post.percentile(0.95) <= 2 * out.normal_p95_us;
  };
  std::size_t in_a_row = 0;
  for (auto i = end; i < all.size(); ++i) {
    in_a_row = normal(all[i]) ? in_a_row + 1 : 0;
    if (in_a_row < calm) continue;
    out.seconds = i + 1 - calm - end;
    return out;
  }
  return out;
}

} // namespace recado::load
