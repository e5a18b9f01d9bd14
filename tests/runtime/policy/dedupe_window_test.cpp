#include "runtime/policy/dedupe_window.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <vector>

using namespace recado;
using namespace recado::policy;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(dedupe_windows)

BOOST_AUTO_TEST_CASE(the_second_time_gets_the_first_outcome) {
  dedupe_window<int, std::string> window;
  steady_time now{1h};
  BOOST_TEST(window.see(1, "first", now) == nullptr);
  auto* known = window.see(1, "second", now);
  BOOST_REQUIRE(known != nullptr);
  BOOST_TEST(*known == "first");
  *known = "decided";
  BOOST_TEST(*window.find(1, now) == "decided");
  BOOST_TEST(window.find(2, now) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_key_is_forgotten_at_its_age_even_if_seen_again) {
  dedupe_window<int, int> window{{10, 20min}};
  steady_time now{1h};
  window.see(1, 7, now);
  BOOST_TEST(window.see(1, 8, now + 20min - 1ns) != nullptr);
  BOOST_TEST(window.find(1, now + 20min) == nullptr);
  BOOST_TEST(window.size() == 0u);
}

BOOST_AUTO_TEST_CASE(beyond_the_count_the_oldest_is_forgotten) {
  dedupe_window<int, int> window{{3, 20min}};
  steady_time now{1h};
  for (int key = 1; key <= 4; ++key)
    window.see(key, key, now);
  BOOST_TEST(window.size() == 3u);
  BOOST_TEST(window.find(1, now) == nullptr);
  BOOST_TEST(*window.find(2, now) == 2);
}

BOOST_AUTO_TEST_CASE(an_erased_key_is_new_again) {
  dedupe_window<int, int> window;
  steady_time now{1h};
  window.see(1, 1, now);
  BOOST_TEST(window.erase(1));
  BOOST_TEST(!window.erase(1));
  BOOST_TEST(window.see(1, 2, now) == nullptr);
  BOOST_TEST(*window.find(1, now) == 2);
}

BOOST_AUTO_TEST_CASE(a_window_of_nothing_remembers_nothing) {
  dedupe_window<int, int> window{{0, 20min}};
  BOOST_TEST(window.see(1, 1, steady_time{1h}) == nullptr);
  BOOST_TEST(window.see(1, 1, steady_time{1h}) == nullptr);
  BOOST_TEST(window.size() == 0u);
}

/// Against a list that is searched from the front.
BOOST_AUTO_TEST_CASE(it_agrees_with_a_plain_list) {
  struct row {
    int key, outcome;
    steady_time seen;
  };
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    std::mt19937_64 random{seed};
    dedupe_window<int, int> window{{20, 10s}};
    std::vector<row> rows;
    steady_time now{1h};
    for (int i = 0; i < 1000; ++i) {
      now += std::chrono::milliseconds{random() % 500};
      std::erase_if(rows, [now](const row& r) { return now - r.seen >= 10s; });
      auto key = static_cast<int>(random() % 40);
      auto known = std::find_if(rows.begin(), rows.end(), [key](auto& r) { return r.key == key; });
      auto* seen = window.see(key, i, now);
      BOOST_REQUIRE_EQUAL(seen != nullptr, known != rows.end());
      if (seen != nullptr) {
        BOOST_REQUIRE_EQUAL(*seen, known->outcome);
      } else {
        if (rows.size() == 20) rows.erase(rows.begin());
        rows.push_back({key, i, now});
      }
      BOOST_REQUIRE_EQUAL(window.size(), rows.size());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
