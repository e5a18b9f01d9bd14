#include "embedded/store_test_files.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

BOOST_AUTO_TEST_SUITE(embedded_files)

BOOST_AUTO_TEST_CASE(every_file_of_the_folder_is_there_byte_for_byte_sorted_by_name) {
  auto files = recado::embedded::store_test_files();
  BOOST_REQUIRE(files.size() == 3u);
  BOOST_TEST(files[0].name == "empty.bin");
  BOOST_TEST(files[1].name == "plain.txt");
  BOOST_TEST(files[2].name == "sub/binary.bin");
  for (const auto& file : files) {
    std::ifstream in{std::string{RECADO_SOURCE_DIR "/tests/runtime/store/embedded/"} +
                       std::string{file.name},
                     std::ios::binary};
    std::stringstream on_disk;
    on_disk << in.rdbuf();
    BOOST_TEST((file.content == on_disk.str()), file.name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
