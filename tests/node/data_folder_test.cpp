#include "node/embedded/data_folder.hpp"

#include "node/embedded/files.hpp"
#include "node/embedded/ports.hpp"
#include "tests/node/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

using namespace recado;
using namespace recado::embedded;

BOOST_AUTO_TEST_SUITE(data_folders)

BOOST_AUTO_TEST_CASE(only_one_holds_the_lock) {
  scratch_folder scratch;
  auto first = data_folder::open(scratch.path());
  BOOST_REQUIRE(first.has_value());
  auto second = data_folder::open(scratch.path());
  BOOST_REQUIRE(!second.has_value());
  BOOST_TEST(second.error().find("another `recado up`") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_lock_goes_with_its_holder) {
  scratch_folder scratch;
  { auto first = data_folder::open(scratch.path()); }
  BOOST_TEST(data_folder::open(scratch.path()).has_value());
}

BOOST_AUTO_TEST_CASE(a_folder_of_somebody_else_is_left_alone) {
  scratch_folder scratch;
  BOOST_REQUIRE(write_file(scratch.path() / "thesis.txt", "mine", 0600).has_value());
  auto refused = data_folder::open(scratch.path());
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().find("thesis.txt is in it") != std::string::npos);
  BOOST_TEST(!std::filesystem::exists(scratch.path() / "lock"));
  auto file = data_folder::open(scratch.path() / "thesis.txt");
  BOOST_REQUIRE(!file.has_value());
  BOOST_TEST(file.error().find("is no folder; choose another folder with --data") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_disk_that_was_mounted_for_it_and_what_it_left_itself_are_welcome) {
  scratch_folder scratch;
  std::filesystem::create_directory(scratch.path() / "lost+found");
  std::filesystem::create_directory(scratch.path() / "postgres");
  BOOST_TEST(data_folder::open(scratch.path()).has_value());
  BOOST_REQUIRE(write_file(scratch.path() / "note.txt", "n1 is slow", 0600).has_value());
  BOOST_TEST(data_folder::open(scratch.path()).has_value()); // it is ours by now
}

BOOST_AUTO_TEST_CASE(secrets_are_made_once_and_only_their_owner_may_read_them) {
  scratch_folder scratch;
  auto data = data_folder::open(scratch.path());
  auto first = data->secrets();
  auto second = data->secrets();
  BOOST_REQUIRE(first.has_value());
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST(first->client_secret == second->client_secret);
  BOOST_TEST(first->client_secret.size() == 43u); // 32 bytes in base64url
  BOOST_TEST(first->client_secret != first->admin_client_secret);
  struct stat seen {};
  ::stat(data_folder::credentials_of(data->root()).c_str(), &seen);
  BOOST_TEST((seen.st_mode & 0777) == 0600u);
}

BOOST_AUTO_TEST_CASE(damaged_credentials_are_named_and_not_replaced) {
  scratch_folder scratch;
  auto data = data_folder::open(scratch.path());
  BOOST_REQUIRE(write_file(data_folder::credentials_of(data->root()), "{", 0600).has_value());
  auto got = data->secrets();
  BOOST_REQUIRE(!got.has_value());
  BOOST_TEST(got.error().find("damaged") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(ports_are_kept_while_they_are_free) {
  scratch_folder scratch;
  auto data = data_folder::open(scratch.path());
  auto first = data->choose_ports();
  auto second = data->choose_ports();
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(first->nats == second->nats);
  BOOST_TEST(first->postgres == second->postgres);
}

BOOST_AUTO_TEST_CASE(no_two_servers_get_the_same_port) {
  scratch_folder scratch;
  auto data = data_folder::open(scratch.path());
  auto port = free_port();
  BOOST_REQUIRE(port.has_value());
  auto same = fmt::format(R"({{"nats": {0}, "postgres": {0}}})", *port); // chance had it once
  BOOST_REQUIRE(write_file(scratch.path() / "ports.json", same, 0600).has_value());
  auto both = data->choose_ports();
  BOOST_REQUIRE(both.has_value());
  BOOST_TEST(both->nats == *port);
  BOOST_TEST(both->postgres != *port);
  auto neither = data->choose_ports({both->nats, both->postgres}); // those of the nodes
  BOOST_REQUIRE(neither.has_value());
  BOOST_TEST((neither->nats != both->nats && neither->nats != both->postgres));
  BOOST_TEST((neither->postgres != both->postgres && neither->postgres != both->nats));
}

BOOST_AUTO_TEST_CASE(the_socket_folder_is_short_however_deep_the_data_lies) {
  scratch_folder scratch;
  auto deep = scratch.path() / std::string(60, 'a') / std::string(60, 'b');
  auto data = data_folder::open(deep);
  auto sockets = data->socket_folder();
  BOOST_REQUIRE(sockets.has_value());
  BOOST_TEST((sockets->string() + "/.s.PGSQL.65535").size() <= 107u);
  BOOST_TEST(*sockets == *data->socket_folder()); // the same one next time
  std::filesystem::remove_all(*sockets);
}

BOOST_AUTO_TEST_CASE(a_file_is_replaced_whole_with_its_mode) {
  scratch_folder scratch;
  auto file = scratch.path() / "file";
  BOOST_REQUIRE(write_file(file, "one", 0644).has_value());
  BOOST_REQUIRE(write_file(file, "two", 0600).has_value());
  BOOST_TEST(read_file(file).value_or("") == "two");
  struct stat seen {};
  ::stat(file.c_str(), &seen);
  BOOST_TEST((seen.st_mode & 0777) == 0600u);
}

BOOST_AUTO_TEST_CASE(a_long_log_is_moved_aside_and_a_short_one_stays) {
  scratch_folder scratch;
  auto log = scratch.path() / "a.log";
  BOOST_REQUIRE(write_file(log, "0123456789", 0600).has_value());
  rotate_log(log, 10);
  BOOST_TEST(std::filesystem::exists(log));
  rotate_log(log, 9);
  BOOST_TEST(!std::filesystem::exists(log));
  BOOST_TEST(read_file(log.string() + ".1").value_or("") == "0123456789");
}

BOOST_AUTO_TEST_CASE(a_block_of_ports_is_consecutive_and_free) {
  auto first = free_block(20'000, 3);
  BOOST_REQUIRE(first.has_value());
  for (unsigned n = 0; n < 3; ++n)
    BOOST_TEST(port_is_free(static_cast<std::uint16_t>(*first + n)));
}

BOOST_AUTO_TEST_SUITE_END()
