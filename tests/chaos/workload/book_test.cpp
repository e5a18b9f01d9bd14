#include "chaos/workload/book.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

using namespace recado;
using namespace recado::chaos;

namespace {

struct folder {
  ~folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path =
    std::filesystem::temp_directory_path() / ("recado-book-" + std::to_string(::getpid()));
  run_clock clock;
  book records{path, clock};

  letter_ptr letter() {
    return records.compose(0, conversation_id::make(), "ana", "post-0", "express", "Bom dia");
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(the_book)

BOOST_FIXTURE_TEST_CASE(a_message_is_open_until_its_first_2xx, folder) {
  auto one = letter();
  BOOST_TEST(records.counts().open == 1u);
  BOOST_TEST(!records.note_answer(one, "post-0", {.status = 503}));
  BOOST_TEST(!records.note_answer(one, "post-0", {.status = 0}));
  BOOST_TEST(records.counts().open == 1u);
  BOOST_TEST(records.note_answer(one, "post-0", {.status = 201, .seq = 4}));
  BOOST_TEST(records.note_answer(one, "post-0", {.status = 201, .seq = 4, .replayed = true}));
  BOOST_TEST(records.counts().open == 0u);
  BOOST_TEST(records.counts().accepted == 1u);
  BOOST_TEST(records.unnumbered() == 0u);
  BOOST_TEST(*one->seq == 4);
}

BOOST_FIXTURE_TEST_CASE(a_202_is_asked_again_until_it_has_its_seq, folder) {
  auto one = letter();
  records.note_answer(one, "post-0", {.status = 202});
  BOOST_TEST(records.unnumbered() == 1u);
  BOOST_TEST(!records.take_again(clock.now())); // not at once
  records.hurry(clock.now());
  BOOST_TEST(records.take_again(clock.now()) == one);
  records.note_answer(one, "again-0", {.status = 202});
  BOOST_TEST(!records.nothing_again());
  records.hurry(clock.now());
  records.take_again(clock.now());
  records.note_answer(one, "again-0", {.status = 201, .seq = 1});
  BOOST_TEST(records.nothing_again());
  BOOST_TEST(records.unnumbered() == 0u);
}

BOOST_FIXTURE_TEST_CASE(what_is_due_first_is_taken_first, folder) {
  auto one = letter(), two = letter();
  records.again_at(one, 200);
  records.again_at(two, 100);
  BOOST_TEST(!records.take_again(99));
  BOOST_TEST(records.take_again(300) == two);
  BOOST_TEST(records.take_again(300) == one);
  BOOST_TEST(!records.take_again(300));
}

BOOST_FIXTURE_TEST_CASE(its_fields_are_json, folder) {
  auto body = nlohmann::json::parse("{" + letter()->fields() + "}");
  BOOST_TEST(body.at("payload").at("text") == "Bom dia");
  BOOST_TEST(body.at("priority") == "express");
}

BOOST_AUTO_TEST_SUITE_END()
