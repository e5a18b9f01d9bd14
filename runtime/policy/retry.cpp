#include "runtime/policy/retry.hpp"

#include <cmath>

namespace recado::policy {

duration exponential(duration first, double factor, duration max, std::uint32_t n) noexcept {
  auto grown = static_cast<double>(first.count()) * std::pow(factor, n > 0 ? n - 1 : 0);
  // The comparison comes before the cast: a double beyond 2^63 does not fit.
  if (!(grown < static_cast<double>(max.count()))) return max;
  return duration{static_cast<std::int64_t>(grown)};
}

} // namespace recado::policy
