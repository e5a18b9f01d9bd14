#include "tests/e2e/survival.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace recado::e2e {

namespace {

std::string bearer(world& one) {
  auto token = one.api().token();
  if (!token) throw std::runtime_error(token.error());
  return *token;
}

} // namespace

siege_report besiege(world& one, ledger& book, unsigned connections, std::vector<fault> faults) {
  siege_report report;
  auto on_answer = [&](const load_answer& answer) {
    ++report.answers[answer.status];
    if (!book.note_answer(answer.job, answer.status, answer.body)) return false;
    ++report.done;
    while (report.faults < faults.size() && report.done >= faults[report.faults].after_answers)
      faults[report.faults++].strike();
    return true;
  };
  run_load(
    {.url = one.url(), .token = bearer(one), .total = book.size(), .connections = connections},
    {.body = [&](std::size_t n) { return book.body_of(n); },
     .before_send = [&](std::size_t n) { book.note_sent(n); },
     .on_answer = on_answer});
  for (const auto& [status, count] : report.answers)
    BOOST_TEST_MESSAGE("answers with status " << status << ": " << count);
  return report;
}

void check_promises(world& one, ledger& book, std::size_t again) {
  auto api = one.api();
  auto wrong = book.check(api);
  for (std::size_t n = 0; n < std::min<std::size_t>(wrong.size(), 20); ++n)
    BOOST_ERROR(wrong[n]);
  BOOST_TEST(wrong.empty(), wrong.size() << " promises were broken");

  auto before = book.count_history(api);
  std::size_t not_replayed = 0;
  auto on_answer = [&](const load_answer& answer) {
    if (answer.status <= 0 || answer.status == 503) return false;
    auto body = nlohmann::json::parse(answer.body, nullptr, false);
    bool same = answer.status == 201 && answer.replayed && body.is_object() &&
                body.value("seq", nlohmann::json{}) == *book.at(answer.job).seq;
    if (!same && not_replayed++ < 5)
      BOOST_ERROR("the retry of " << book.at(answer.job).text << " was answered " << answer.status
                                  << (answer.replayed ? " (replayed) " : " ") << answer.body);
    return true;
  };
  again = std::min(again, book.size());
  auto retried =
    run_load({.url = one.url(), .token = bearer(one), .total = again, .connections = 100},
             {.body = [&](std::size_t n) { return book.body_of(n); },
              .before_send = {},
              .on_answer = on_answer});
  BOOST_TEST(retried == again);
  BOOST_TEST(not_replayed == 0u);
  BOOST_TEST(book.count_history(api) == before);
}

} // namespace recado::e2e
