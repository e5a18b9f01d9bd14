#include "schemas/digest.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

using namespace recado;

namespace {

std::string hex(const std::string& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (unsigned char byte : bytes)
    (out += digits[byte >> 4]) += digits[byte & 15];
  return out;
}

constexpr std::string_view two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

} // namespace

BOOST_AUTO_TEST_SUITE(digests)

// The vectors of FIPS 180-2, appendix A and B.
BOOST_AUTO_TEST_CASE(are_those_of_the_standard) {
  BOOST_TEST(hex(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  BOOST_TEST(hex(sha1(two_blocks)) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  BOOST_TEST(hex(sha256("abc")) ==
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(hex(sha256(two_blocks)) ==
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  BOOST_TEST(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

BOOST_AUTO_TEST_CASE(one_after_the_other_and_on_many_threads_are_the_same) {
  std::vector<std::thread> threads;
  std::vector<int> same(4);
  for (int& good : same)
    threads.emplace_back([&good] {
      for (int i = 0; i < 1000; ++i)
        good += hex(sha256(std::string(static_cast<std::size_t>(i), 'x'))).size() == 64 &&
                hex(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d" &&
                hex(sha256("abc")).starts_with("ba7816bf");
    });
  for (auto& each : threads)
    each.join();
  for (int good : same)
    BOOST_TEST(good == 1000);
}

BOOST_AUTO_TEST_SUITE_END()
