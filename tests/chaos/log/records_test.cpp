#include "chaos/log/record_file.hpp"
#include "chaos/log/record_reader.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace recado;
using namespace recado::chaos;

namespace {

struct folder {
  folder() { fs::create_directories(path); }
  ~folder() { fs::remove_all(path); }
  fs::path path = fs::temp_directory_path() / ("recado-records-" + std::to_string(::getpid()));
};

std::vector<record> one_of_each() {
  auto message = message_id::make();
  auto room = conversation_id::make();
  return {run_record{0, client_id::make(), 7, {"http://127.0.0.1:1", "http://127.0.0.1:2"}},
          room_record{1, room, {"reader-1", "stream-0"}},
          send_record{2, message, room, "post-1", hash_of("Olá"), "express"},
          try_record{3, message, "post-1", way::socket, 1, 4},
          answer_record{4, message, "post-1", 201, 17, true, 4, ""},
          answer_record{5, message, "post-1", 0, std::nullopt, false, 0, "said \"no\"\n"},
          open_record{6, "reader-1", 2, 1},
          close_record{7, "reader-1", 2, 1012, "shutdown"},
          resume_record{8, "reader-1", 3, room, 16, false},
          resume_record{9, "reader-1", 3, room, 18, true},
          frame_record{10, "reader-1", 3, room, message, 17, false},
          frame_record{11, "reader-1", 3, room, message, 18, true},
          gap_record{12, "reader-1", 3, room, 19, 900},
          receipt_record{13, "reader-1", room, true, 17, 200},
          look_record{15, 14, message, "sent"},
          mark_record{16, "drained"}};
}

} // namespace

BOOST_FIXTURE_TEST_CASE(every_kind_of_record_comes_back_from_its_file_as_it_was, folder) {
  auto all = one_of_each();
  {
    record_file file{path / "clients" / "a.jsonl"};
    for (const auto& one : all)
      file.write(one);
  }
  std::vector<record> back;
  auto report = read_records(path, [&](record&& one) { back.push_back(std::move(one)); });
  BOOST_TEST(report.lines == all.size());
  BOOST_TEST(report.broken == 0u);
  BOOST_REQUIRE(back.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    BOOST_TEST(to_line(back[i]) == to_line(all[i]));
}

BOOST_FIXTURE_TEST_CASE(a_broken_line_is_named_and_the_others_are_read, folder) {
  fs::create_directories(path / "clients");
  std::ofstream{path / "clients" / "b.jsonl"}
    << R"({"k":"mark","t":1,"what":"sending"})"
    << "\n"
    << R"({"k":"nonsense","t":2})"
    << "\n"
    << R"({"k":"try","t":3,"m":"no uuid","by":"x","via":"post","node":0})"
    << "\n"
    << R"({"k":"mark","t":4,"what":"stopped"})"
    << "\n"
    << R"({"k":"mark","t":5,"wh)"; // the writer was killed
  std::size_t taken = 0;
  auto report = read_records(path, [&](record&&) { ++taken; });
  BOOST_TEST(taken == 2u);
  BOOST_TEST(report.broken == 3u);
  BOOST_REQUIRE(report.examples.size() == 3u);
  BOOST_TEST(report.examples[0].file == "b.jsonl");
  BOOST_TEST(report.examples[0].number == 2u);
  BOOST_TEST(report.examples[1].why.find("UUID") != std::string::npos);
  BOOST_TEST(report.examples[2].number == 5u);
}

BOOST_FIXTURE_TEST_CASE(faults_are_on_disk_at_once_and_come_back_in_the_order_of_time, folder) {
  record_file file{path / "faults.jsonl"};
  file.write(fault_record{20, false, "kill", "n2", ""});
  file.write(fault_record{10, true, "kill", "n2", "SIGKILL"});
  read_report report;
  auto faults = read_faults(path, report); // the writer still has the file open
  BOOST_TEST(report.broken == 0u);
  BOOST_REQUIRE(faults.size() == 2u);
  BOOST_TEST(faults[0].begin);
  BOOST_TEST(faults[0].target == "n2");
  BOOST_TEST(faults[0].detail == "SIGKILL");
  BOOST_TEST(!faults[1].begin);
}

BOOST_FIXTURE_TEST_CASE(a_folder_without_records_has_none, folder) {
  auto report = read_records(path, [](record&&) { BOOST_ERROR("there is none"); });
  BOOST_TEST(report.lines == 0u);
  BOOST_TEST(read_faults(path, report).empty());
}
