#include "tests/e2e/steady.hpp"

#include "node/embedded/files.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <thread>

namespace recado::e2e {

std::vector<cluster_node> nodes_of(const world& one) {
  auto text = embedded::read_file(one.data().parent_path() / "info.json");
  auto info = nlohmann::json::parse(text.value());
  std::vector<cluster_node> out;
  for (const auto& node : info.at("nodes"))
    out.push_back({node.at("id"), node.at("url"), node.at("pid")});
  return out;
}

std::size_t steady_report::other_than(std::initializer_list<int> statuses) const {
  std::size_t out = 0;
  for (const auto& [status, count] : answers)
    if (std::find(statuses.begin(), statuses.end(), status) == statuses.end()) out += count;
  return out;
}

steady_report steady_load(const world& one, ledger& book, unsigned connections,
                          const std::function<void()>& strikes) {
  steady_report report;
  std::size_t begun = 0;
  std::map<std::size_t, std::string> refused; ///< the last answer that was none of those wanted
  auto on_answer = [&](const load_answer& answer) {
    ++report.answers[answer.status];
    book.note_answer(answer.job, answer.status, answer.body);
    if (answer.status / 100 != 2) {
      refused[answer.job] = std::to_string(answer.status) + " " + answer.body.substr(0, 200);
      return false;
    }
    ++report.done;
    const auto& sent = book.at(answer.job);
    auto took = std::chrono::duration_cast<milliseconds>(*sent.answered - *sent.first_sent);
    if (took <= report.worst) return true;
    report.worst = took;
    report.worst_is = sent.text + " after " + refused[answer.job];
    return true;
  };

  load_options how;
  how.total = book.size();
  how.connections = connections;
  auto nodes = nodes_of(one);
  how.url = nodes.front().url;
  for (std::size_t i = 1; i < nodes.size(); ++i)
    how.other_urls.push_back(nodes[i].url);
  how.token = *one.api().token();
  how.pause_max = 100ms;
  std::atomic<bool> over{false};
  std::thread striker([&] {
    strikes();
    over = true;
  });
  run_load(how, {.body =
                   [&](std::size_t n) {
                     ++begun;
                     return book.body_of(n);
                   },
                 .before_send = [&](std::size_t n) { book.note_sent(n); },
                 .on_answer = on_answer,
                 .go_on = [&] { return !over; }});
  striker.join();
  report.failed = begun - report.done;
  for (const auto& [status, count] : report.answers)
    BOOST_TEST_MESSAGE("answers with status " << status << ": " << count);
  BOOST_TEST_MESSAGE("the longest call took " << report.worst.count()
                                              << " ms: " << report.worst_is);
  for (const auto& [job, why] : refused)
    if (why.starts_with("5") || why.starts_with("4"))
      BOOST_TEST_MESSAGE("refused in between: " << book.at(job).text << ": " << why);
  return report;
}

} // namespace recado::e2e
