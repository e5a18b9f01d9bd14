/// Whole clusters in one thread: whatever dies, pauses, is cut off or loses its data, the promises
/// hold. A seed that breaks one prints itself; RECADO_SEED=n replays it with a trace.
#include "tests/simulation/world.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

using namespace recado::simulation;

namespace {

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 10) : otherwise;
}

void report(std::uint64_t seed, const std::string& why) {
  auto replayed = run_seed(seed, {}, true);
  BOOST_ERROR("seed " << seed << ": " << why << "\nthe last steps:\n"
                      << replayed.trace << "replay: RECADO_SEED=" << seed
                      << " build/release/bin/simulation_test "
                         "--run_test=simulation/every_promise_is_kept_whatever_happens");
}

} // namespace

BOOST_AUTO_TEST_SUITE(simulation)

BOOST_AUTO_TEST_CASE(every_promise_is_kept_whatever_happens) {
  auto only = number_in("RECADO_SEED", 0);
  auto first = only != 0 ? only : number_in("RECADO_SEEDS_FROM", 1);
  auto count = only != 0 ? 1 : number_in("RECADO_SEEDS", usual_seeds());
  outcome_of_seed sum;
  int failed = 0;
  for (auto seed = first; seed < first + count && failed < 3; ++seed) {
    auto got = run_seed(seed, {}, only != 0);
    if (!got.broken.empty()) {
      ++failed;
      report(seed, got.broken);
    } else if (only != 0) {
      BOOST_TEST_MESSAGE(got.trace);
    }
    sum.messages += got.messages;
    sum.answered += got.answered;
    sum.stored += got.stored;
    sum.refused += got.refused;
    sum.repeats += got.repeats;
    sum.deaths += got.deaths;
    sum.steps += got.steps;
    sum.converged = std::max(sum.converged, got.converged);
  }
  BOOST_TEST_MESSAGE(
    count << " histories, " << sum.steps << " steps, " << sum.messages << " messages, "
          << sum.answered << " answers with a number, " << sum.stored << " stored, " << sum.refused
          << " refused, " << sum.repeats << " repeats, " << sum.deaths
          << " deaths, at rest at most " << sum.converged << " s after the last fault");
}

BOOST_AUTO_TEST_CASE(the_same_seed_is_the_same_history) {
  for (std::uint64_t seed : {7u, 77u, 777u}) {
    auto once = run_seed(seed), again = run_seed(seed);
    BOOST_TEST(once.steps == again.steps);
    BOOST_TEST(once.messages == again.messages);
    BOOST_TEST(once.converged == again.converged);
  }
}

BOOST_AUTO_TEST_SUITE_END()
