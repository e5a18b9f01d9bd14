#include "chaos/nemesis/schedule.hpp"

#include <array>
#include <utility>

namespace recado::chaos {

namespace {

/// splitmix64. The standard's distributions differ between libraries; a seed must not.
class dice {
public:
  explicit dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t roll() {
    state_ += 0x9e3779b97f4a7c15ull;
    auto z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t end) { return roll() % end; }

private:
  std::uint64_t state_;
};

constexpr std::uint64_t calm_ms_min = 500;
constexpr std::uint64_t calm_ms_spread = 1'500;

void shuffle(std::vector<fault>& kinds, dice& random) {
  for (auto i = kinds.size(); i > 1; --i)
    std::swap(kinds[i - 1], kinds[random.below(i)]);
}

} // namespace

std::vector<planned_fault> make_schedule(const schedule_options& how) {
  dice random{how.seed};
  std::array<std::size_t, faults_count> seen{};
  for (auto& first : seen) // the first duration of each kind is a matter of luck
    first = random.below(faults_count);
  std::vector<planned_fault> out;
  auto round = how.kinds;
  while (out.size() < how.count && !round.empty()) {
    if (!how.in_order) shuffle(round, random);
    for (auto what : round) {
      if (out.size() == how.count) break;
      auto choices = durations_of(what);
      auto& turn = seen[static_cast<std::size_t>(what)];
      planned_fault next;
      next.what = what;
      next.target = static_cast<unsigned>(random.below(how.nodes));
      next.calm = std::chrono::milliseconds{calm_ms_min + random.below(calm_ms_spread)};
      next.lasts = std::chrono::milliseconds{choices[turn++ % choices.size()]};
      next.dice = static_cast<std::uint32_t>(random.roll());
      out.push_back(next);
    }
  }
  return out;
}

} // namespace recado::chaos
