#include "runtime/observe/log.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

#include "runtime/observe/log_sink.hpp"

using namespace recado::observe;
using namespace std::chrono_literals;

namespace {

/// Every test logs into a file of its own; afterwards the log is on stderr again.
struct log_file {
  std::filesystem::path path =
    std::filesystem::temp_directory_path() /
    ("recado-log-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
  static inline int count = 0;

  void start(level least = level::info, bool human = false) {
    start_log({least, path.string(), "n7", human});
  }
  std::vector<std::string> lines() {
    flush_log();
    std::ifstream in{path};
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);)
      out.push_back(line);
    return out;
  }
  nlohmann::json last() { return nlohmann::json::parse(lines().back()); }
  ~log_file() {
    start_log({});
    std::filesystem::remove(path);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(logs, log_file)

BOOST_AUTO_TEST_CASE(a_line_is_one_json_object) {
  start();
  log_warn("fence-lost", "partition {} now belongs to epoch {}", 17, 42);
  auto line = last();
  BOOST_TEST(line["level"] == "warn");
  BOOST_TEST(line["node"] == "n7");
  BOOST_TEST(line["event"] == "fence-lost");
  BOOST_TEST(line["msg"] == "partition 17 now belongs to epoch 42");
  BOOST_TEST(line["ts"].get<std::string>().size() == 24u);
}

BOOST_AUTO_TEST_CASE(text_from_outside_cannot_break_a_line) {
  start();
  log_info("odd", "{}", "\"}\n{\"event\":\"forged\xff\"");
  BOOST_TEST(lines().size() == 1u);
  BOOST_TEST(last()["msg"] == "\"}\n{\"event\":\"forged\xef\xbf\xbd\"");
}

BOOST_AUTO_TEST_CASE(levels_below_the_least_are_left_out) {
  start(level::warn);
  log_info("quiet", "no");
  log_error("loud", "yes");
  BOOST_TEST(lines().size() == 1u);
  set_level(level::debug);
  log_debug("now", "yes");
  BOOST_TEST(lines().size() == 2u);
}

BOOST_AUTO_TEST_CASE(level_names_are_read_back) {
  BOOST_TEST((level_of("debug") == level::debug));
  BOOST_TEST((level_of("error") == level::error));
  BOOST_TEST(!level_of("verbose"));
}

BOOST_AUTO_TEST_CASE(a_scope_adds_its_fields_to_its_own_thread_only) {
  start();
  {
    log_scope trace{"trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"};
    log_scope message{"message_id", "m1"};
    log_info("inside", "x");
    BOOST_TEST(last()["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736");
    BOOST_TEST(last()["message_id"] == "m1");
    std::thread{[] { log_info("other", "x"); }}.join();
    BOOST_TEST(!last().contains("trace_id"));
  }
  log_info("outside", "x");
  BOOST_TEST(!last().contains("message_id"));
}

BOOST_AUTO_TEST_CASE(a_line_for_people_has_no_control_characters) {
  start(level::info, true);
  log_scope scope{"message_id", "m1"};
  log_info("hello", "a\x1b[31mb\nc");
  BOOST_REQUIRE(lines().size() == 1u);
  BOOST_TEST(lines()[0].find("info  hello: a [31mb c message_id=m1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_leaves_the_log_as_it_was) {
  start();
  BOOST_CHECK_THROW(start_log({level::info, "/nonexistent/x.log", "n1", false}), std::system_error);
  log_info("still", "here");
  BOOST_TEST(last()["event"] == "still");
}

BOOST_AUTO_TEST_CASE(a_warning_is_on_disk_when_the_call_returns) {
  start();
  for (int i = 0; i < 3; ++i) {
    log_warn("w", "{}", i);
    std::ifstream in{path};
    BOOST_TEST(std::count(std::istreambuf_iterator<char>(in), {}, '\n') == i + 1);
  }
}

BOOST_AUTO_TEST_CASE(a_storm_of_lines_is_not_a_storm_of_system_calls) {
  log_sink sink{path.string()};
  for (int i = 0; i < 20'000; ++i)
    sink.write(std::string(99, 'x'), false);
  sink.flush();
  BOOST_TEST(std::filesystem::file_size(path) == 2'000'000u);
  BOOST_TEST(sink.writes() < 1000u); // 2 MB in pieces of 64 KiB, and one per 100 ms
  BOOST_TEST(sink.dropped() == 0u);
}

BOOST_AUTO_TEST_CASE(the_last_lines_of_a_burst_are_written_without_being_asked) {
  log_sink sink{path.string()};
  sink.write("first", false); // long quiet: at once
  sink.write("second", false);
  auto deadline = std::chrono::steady_clock::now() + 30s;
  while (std::filesystem::file_size(path) < 13 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(5ms);
  BOOST_TEST(std::filesystem::file_size(path) == 13u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_dropped_and_counted) {
  if (!std::filesystem::exists("/dev/full")) return;
  log_sink sink{"/dev/full"};
  sink.write("lost", true);
  BOOST_TEST(sink.dropped() == 5u);
}

BOOST_AUTO_TEST_CASE(threads_do_not_mix_their_lines) {
  start(level::debug);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      log_scope scope{"thread", std::to_string(t)};
      for (int i = 0; i < 500; ++i)
        log_debug("work", "{}", i);
    });
  for (auto& thread : threads)
    thread.join();
  auto all = lines();
  BOOST_TEST(all.size() == 2000u);
  for (const auto& line : all)
    BOOST_REQUIRE(nlohmann::json::accept(line));
}

BOOST_AUTO_TEST_CASE(once_per_interval_passes_and_the_rest_is_counted) {
  log_every often{1s};
  log_every::clock::time_point now{1h};
  BOOST_TEST((often.pass(now) == std::optional<std::uint64_t>{0}));
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(!often.pass(now + 999ms));
  BOOST_TEST((often.pass(now + 1s) == std::optional<std::uint64_t>{5}));
  BOOST_TEST((often.pass(now + 2s) == std::optional<std::uint64_t>{0}));
}

BOOST_AUTO_TEST_CASE(the_next_line_tells_how_many_were_left_out) {
  start();
  log_every often{1h};
  for (int i = 0; i < 4; ++i)
    often.warn("parked", "number {}", i);
  BOOST_TEST(lines().size() == 1u);
  BOOST_TEST(!last().contains("left_out"));
  log_every never{0s};
  never.pass(log_every::clock::time_point::max() - 1h); // nothing is due for ages
  never.info("x", "{}", 1);
  BOOST_TEST(lines().size() == 1u);
}

BOOST_AUTO_TEST_CASE(of_many_threads_one_passes) {
  log_every often{1h};
  std::atomic<int> passed{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&often, &passed] {
      for (int i = 0; i < 10'000; ++i)
        passed += often.pass(log_every::clock::time_point{2h}).has_value();
    });
  for (auto& thread : threads)
    thread.join();
  BOOST_TEST(passed == 1);
  BOOST_TEST(
    (often.pass(log_every::clock::time_point{3h}) == std::optional<std::uint64_t>{39'999}));
}

BOOST_AUTO_TEST_SUITE_END()
