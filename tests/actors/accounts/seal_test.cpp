/// Secrets at rest.
#include "actors/accounts/seal.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

using namespace recado;

namespace {

sealer with_key(char c) {
  return sealer{std::string(32, c)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(seals)

BOOST_AUTO_TEST_CASE(what_was_sealed_is_not_to_be_seen_and_comes_back) {
  auto sealed = with_key('k').seal("whsec_secret", "row 1");
  BOOST_TEST(sealed.find("secret") == std::string::npos);
  BOOST_TEST(with_key('k').open(sealed, "row 1").value() == "whsec_secret");
  BOOST_TEST(with_key('k').seal("whsec_secret", "row 1") != sealed); // another nonce
}

BOOST_AUTO_TEST_CASE(another_key_another_row_or_a_changed_byte_does_not_open_it) {
  auto sealed = with_key('k').seal("secret", "row 1");
  BOOST_TEST(!with_key('x').open(sealed, "row 1"));
  BOOST_TEST(!with_key('k').open(sealed, "row 2"));
  BOOST_TEST(!sealer{}.open(sealed, "row 1"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    auto opened = with_key('k').open(changed, "row 1");
    BOOST_TEST((!opened || *opened != "secret"), "byte " << i);
  }
  BOOST_TEST(!with_key('k').open("", "row 1"));
}

BOOST_AUTO_TEST_CASE(without_a_key_it_is_stored_as_it_is_and_read_later_with_one) {
  auto plain = sealer{}.seal("secret", "row");
  BOOST_TEST(sealer{}.open(plain, "row").value() == "secret");
  BOOST_TEST(with_key('k').open(plain, "row").value() == "secret");
}

BOOST_AUTO_TEST_CASE(a_key_comes_from_a_file_with_enough_in_it) {
  auto path = std::filesystem::temp_directory_path() / ("seal_test_" + std::to_string(::getpid()));
  auto made_of = [&](const std::string& text) {
    std::ofstream{path} << text;
    return sealer::from_file(path.string());
  };
  BOOST_TEST(made_of(std::string(32, 'a') + "\n").value().has_key());
  BOOST_TEST(!made_of("too short\n"));
  std::filesystem::remove(path);
  BOOST_TEST(!sealer::from_file(path.string()));
  BOOST_TEST(!sealer::from_file("").value().has_key());
}

BOOST_AUTO_TEST_SUITE_END()
