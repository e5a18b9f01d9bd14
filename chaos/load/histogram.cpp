#include "chaos/load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace recado::load {

// Values below 2^sub_bits have a bucket each; above, every octave is cut into 2^sub_bits parts.
std::size_t histogram::bucket_of(std::uint64_t value) noexcept {
  constexpr std::uint64_t parts = 1u << sub_bits;
  if (value < parts) return static_cast<std::size_t>(value);
  auto octave = static_cast<unsigned>(std::bit_width(value)) - sub_bits; // 1, 2, …
  octave = std::min(octave, octaves);
  auto part = std::min<std::uint64_t>((value >> (octave - 1)) - parts, parts - 1);
  return (static_cast<std::size_t>(octave) << sub_bits) + static_cast<std::size_t>(part);
}

std::uint64_t histogram::upper_edge(std::size_t bucket) noexcept {
  constexpr std::uint64_t parts = 1u << sub_bits;
  auto octave = bucket >> sub_bits;
  auto part = bucket & (parts - 1);
  if (octave == 0) return part;
  return ((parts + part + 1) << (octave - 1)) - 1;
}

void histogram::add(std::uint64_t microseconds) noexcept {
  ++buckets_[bucket_of(microseconds)];
  ++count_;
  max_ = std::max(max_, microseconds);
}

void histogram::merge(const histogram& other) noexcept {
  for (std::size_t i = 0; i < buckets_.size(); ++i)
    buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::uint64_t histogram::percentile(double part) const noexcept {
  if (count_ == 0) return 0;
  auto rank = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
  rank = std::max<std::uint64_t>(rank, 1);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    below += buckets_[i];
    if (below >= rank) return std::min(upper_edge(i), max_);
  }
  return max_;
}

} // namespace recado::load
