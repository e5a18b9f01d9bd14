#pragma once
/// Latencies, in buckets whose width is 1/64 of their value: percentiles are exact to 1.6 %.
#include <array>
#include <cstdint>

namespace recado::load {

class histogram {
public:
  void add(std::uint64_t microseconds) noexcept;
  void merge(const histogram& other) noexcept;
  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t max() const noexcept { return max_; }
  /// `part` in 0…1; microseconds, 0 when empty. The upper edge of the bucket, never above max().
  std::uint64_t percentile(double part) const noexcept;

private:
  static constexpr unsigned sub_bits = 6;
  static constexpr unsigned octaves = 34; ///< up to 2^40 us
  static std::size_t bucket_of(std::uint64_t value) noexcept;
  static std::uint64_t upper_edge(std::size_t bucket) noexcept;

  std::array<std::uint64_t, (octaves + 1) << sub_bits> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

} // namespace recado::load
