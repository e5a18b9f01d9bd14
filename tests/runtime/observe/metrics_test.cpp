#include "runtime/observe/metrics.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace recado::observe;

namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

/// What promtool has to say about the text; nullopt if it is not installed.
std::optional<std::string> lint(const std::string& text) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) return std::nullopt;
  auto path =
    std::filesystem::temp_directory_path() / ("recado-metrics-" + std::to_string(::getpid()));
  std::ofstream{path} << text;
  auto* pipe = ::popen(("promtool check metrics < " + path.string() + " 2>&1").c_str(), "r");
  std::string out;
  for (int c; (c = std::fgetc(pipe)) != EOF;)
    out += static_cast<char>(c);
  auto status = ::pclose(pipe);
  std::filesystem::remove(path);
  if (WEXITSTATUS(status) != 0 && out.empty()) out = "exit " + std::to_string(WEXITSTATUS(status));
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(metrics_of_a_node)

BOOST_AUTO_TEST_CASE(the_text_has_help_type_and_value) {
  metrics all;
  auto commits = all.make_counter("recado_commits_total", "Transactions.", {{"database", "0"}});
  commits.add();
  commits.add(2);
  auto text = all.text();
  BOOST_TEST(has_line(text, "# HELP recado_commits_total Transactions."));
  BOOST_TEST(has_line(text, "# TYPE recado_commits_total counter"));
  BOOST_TEST(has_line(text, "recado_commits_total{database=\"0\"} 3"));
}

BOOST_AUTO_TEST_CASE(the_same_name_and_labels_are_the_same_metric) {
  metrics all;
  all.make_gauge("recado_depth", "Depth.", {{"lane", "bulk"}}).set(5);
  auto again = all.make_gauge("recado_depth", "Depth.", {{"lane", "bulk"}});
  again.add(2);
  BOOST_TEST(again.value() == 7);
  BOOST_TEST(all.make_gauge("recado_depth", "Depth.", {{"lane", "express"}}).value() == 0);
}

BOOST_AUTO_TEST_CASE(a_histogram_counts_by_bucket) {
  metrics all;
  auto waits = all.make_histogram("recado_wait_seconds", "Waits.", {0.1, 1});
  for (auto value : {0.05, 0.5, 5.0})
    waits.observe(value);
  auto text = all.text();
  BOOST_TEST(has_line(text, "recado_wait_seconds_bucket{le=\"0.1\"} 1"));
  BOOST_TEST(has_line(text, "recado_wait_seconds_bucket{le=\"1\"} 2"));
  BOOST_TEST(has_line(text, "recado_wait_seconds_bucket{le=\"+Inf\"} 3"));
}

BOOST_AUTO_TEST_CASE(names_that_break_the_rules_are_refused) {
  metrics all;
  BOOST_CHECK_THROW(all.make_counter("commits_total", "x"), std::invalid_argument);
  BOOST_CHECK_THROW(all.make_counter("recado_commits", "x"), std::invalid_argument);
  BOOST_CHECK_THROW(all.make_counter("recado_commits_total", ""), std::invalid_argument);
  BOOST_CHECK_THROW(all.make_counter("recado_commits_total", "a\nb"), std::invalid_argument);
  BOOST_CHECK_THROW(all.make_counter("recado_wait_ms_total", "x"), std::invalid_argument);
  BOOST_CHECK_THROW(all.make_gauge("recado_depth_total", "x"), std::invalid_argument);
  BOOST_CHECK_THROW(all.make_gauge("recado_wait_ms", "x"), std::invalid_argument);
  BOOST_CHECK_THROW(all.make_histogram("recado_rows_count", "x"), std::invalid_argument);
  BOOST_CHECK_THROW(all.make_gauge("recado_bad-name", "x"), std::invalid_argument);
  all.make_gauge("recado_once", "x");
  BOOST_CHECK_THROW(all.make_histogram("recado_once", "x"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_counter_never_goes_down) {
  metrics all;
  auto one = all.make_counter("recado_x_total", "x");
  one.add(3);
  one.add(-1);
  BOOST_TEST(one.value() == 3);
}

BOOST_AUTO_TEST_CASE(a_metric_that_belongs_nowhere_counts_nothing) {
  counter c;
  gauge g;
  histogram h;
  c.add();
  g.set(1);
  h.observe(1);
  BOOST_TEST(c.value() + g.value() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_looked_up_is_fresh_at_every_scrape) {
  metrics all;
  int depth = 1;
  auto shown = all.make_gauge("recado_depth", "Depth.");
  all.before_scrape([shown, &depth]() mutable { shown.set(depth++); });
  BOOST_TEST(has_line(all.text(), "recado_depth 1"));
  BOOST_TEST(has_line(all.text(), "recado_depth 2"));
}

BOOST_AUTO_TEST_CASE(threads_count_together) {
  metrics all;
  auto total = all.make_counter("recado_x_total", "x");
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&all, total]() mutable {
      for (int i = 0; i < 5000; ++i)
        total.add();
      all.make_counter("recado_y_total", "y").add();
      (void)all.text();
    });
  for (auto& thread : threads)
    thread.join();
  BOOST_TEST(total.value() == 20'000);
  BOOST_TEST(all.make_counter("recado_y_total", "y").value() == 4);
}

BOOST_AUTO_TEST_CASE(promtool_finds_nothing_to_say) {
  metrics all;
  add_process_metrics(all, "0.1.0");
  all.make_counter("recado_commits_total", "Transactions \"so far\".", {{"db", "a\"b\\c\n"}}).add();
  all.make_histogram("recado_wait_seconds", "Waits.").observe(0.2);
  all.make_histogram("recado_batch_rows", "Rows of a batch.", count_buckets()).observe(7);
  auto text = all.text();
  BOOST_TEST(text.find("recado_build_info{version=\"0.1.0\"} 1") != std::string::npos);
  BOOST_TEST(text.find("recado_resident_memory_bytes 0\n") == std::string::npos);
  if (auto complaints = lint(text)) BOOST_TEST(*complaints == "");
  if (auto complaints = lint("recado_x 1\n")) BOOST_TEST(*complaints != ""); // it would speak up
}

BOOST_AUTO_TEST_SUITE_END()
